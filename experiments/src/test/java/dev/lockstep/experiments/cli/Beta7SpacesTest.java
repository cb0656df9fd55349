package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files that {@code toJson()} of Arbiter 1.0.0-beta7 wrote in a process of its own, with the
 * Deeplearning4j of that release: its serialized values have other serial numbers than what the
 * class path here would write.
 */
class Beta7SpacesTest {

  @TempDir static Path temp;
  private static String data;

  @BeforeAll
  static void writeData() throws IOException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
  }

  private static Invocation search(String name, String... more) throws IOException {
    Path file = temp.resolve(name + ".json");
    try (InputStream resource =
        Beta7SpacesTest.class.getResourceAsStream("beta7/" + name + ".json")) {
      Files.write(file, Objects.requireNonNull(resource, name).readAllBytes());
    }
    List<String> words =
        new ArrayList<>(
            List.of(
                "search", "--arbiter-space", file.toString(), "--data", data, "-q", "--output"));
    words.addAll(
        List.of(temp.resolve(name).toString(), "training.batchSize=10", "training.steps=2"));
    words.addAll(List.of("data.train=30", "data.test=10"));
    words.addAll(List.of(more));
    return Invocation.of(words.toArray(String[]::new));
  }

  private static JsonNode result(String name) throws IOException {
    return JsonMapper.builder().build().readTree(temp.resolve(name + "/result.json").toFile());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          fixed-updater  | layer_0.nOut, layer_2.nOut
          updaters       | updater, layer_0.activationFunction, layer_0.nOut
          dropout        | l2, updater.learningRate, dropout, layer_0.activationFunction, layer_0.nOut, layer_0.kernelSize, layer_1.activationFunction, layer_1.nOut, layer_1.numLayers
          graph          | updater.learningRate, c1.nOut
          math           | updater.learningRate, layer_0.nOut, layer_1.nOut.operand
          early-stopping | updater.learningRate, layer_0.activationFunction, layer_0.nOut
          by-epoch       | updater.learningRateSchedule.initialValue
          schedule       | updater.learningRateSchedule.initialValue, updater.learningRateSchedule.gamma, layer_0.activationFunction, layer_0.nOut
          """)
  void aSpaceIsSearchedOverWhatVaries(String name, String ranges) throws IOException {
    Invocation run = search(name, "--max-trials", "1");

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    JsonNode result = result(name);
    assertThat(result.at("/trials/0/state").asText()).isEqualTo("COMPLETED");
    assertThat(result.at("/finalist/verdict").asText()).isIn("AGREE", "EXPLAINED");
    assertThat(result.at("/search/space").findValuesAsText("key"))
        .containsExactly(ranges.split(", "));
  }

  @Test
  void aMathOpIsWhatTheNetworkHas() throws IOException {
    Invocation run = search("pair-math", "--max-trials", "1");

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    JsonNode values = result("pair-math").at("/trials/0/values");
    JsonNode network =
        JsonMapper.builder()
            .build()
            .readTree(temp.resolve("pair-math/trials/trial-00001.dl4j.json").toFile());
    assertThat(network.at("/confs/0/layer/nout").asInt())
        .isEqualTo(
            values.at("/layer_0.nOut.first").asInt() + values.at("/layer_0.nOut.second").asInt());
  }

  @Test
  void aWholeConfigurationSaysHowIsSearched() throws IOException {
    Invocation run = search("whole-genetic");

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    JsonNode search = result("whole-genetic").at("/search");
    assertThat(search.at("/strategy").asText()).isEqualTo("genetic");
    assertThat(search.at("/trials").asInt()).isEqualTo(5);
    assertThat(search.at("/seed").asLong()).isEqualTo(12345);
    assertThat(run.err()).contains("EvaluationScoreFunction of F1 is not used");
  }

  @Test
  void aSpaceInTwoPlacesIsOneRangeAndTheCommandLineWins() throws IOException {
    Invocation run =
        search("whole-random", "--max-trials", "2", "--seed", "7", "--strategy", "grid");

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    JsonNode search = result("whole-random").at("/search");
    assertThat(search.at("/strategy").asText()).isEqualTo("grid");
    assertThat(search.at("/trials").asInt()).isEqualTo(2);
    assertThat(search.at("/seed").asLong()).isEqualTo(7);
    assertThat(search.at("/space").findValuesAsText("key"))
        .containsExactly("updater.learningRate", "layer_0.nOut");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          fixed-layer   | layer_0 is a FixedLayerSpace
          constraints   | weightConstraints
          bidirectional | LSTM (layer0)
          two-outputs   | outputs [2, 3]
          no-output     | ends without an output layer
          all-fixed     | expected something that varies
          """)
  void whatNoCandidateCanHaveIsToldBeforeTheFirstTrial(String name, String reason)
      throws IOException {
    Invocation run = search(name, "--max-trials", "1");

    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.INPUT);
    assertThat(run.err()).contains(name + ".json", reason).doesNotContain("\tat ");
    assertThat(temp.resolve(name)).doesNotExist();
  }
}
