package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.experiments.faults.seeded.Faults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Seeded faults in place of Deeplearning4j, on a few hundred digits. */
class FaultCandidateTest {

  /** Three epochs of the small data set. */
  private static final int STEPS = 90;

  /** Ten digits are guessed with 0.1. */
  private static final double LEARNED = 0.5;

  @TempDir static Path temp;
  private static String data;

  @BeforeAll
  static void writeData() throws IOException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
  }

  private static Invocation compare(
      Path output, String experiment, String fault, int steps, String... overrides) {
    List<String> args = new ArrayList<>(List.of("compare", experiment));
    args.addAll(List.of(overrides));
    args.addAll(
        List.of(
            "--data",
            data,
            "--output",
            output.toString(),
            "--candidate",
            fault,
            "--steps",
            Integer.toString(steps),
            "training.batchSize=20",
            "-q"));
    return Invocation.of(args.toArray(String[]::new));
  }

  private static JsonNode result(Path output) throws IOException {
    return JsonMapper.builder().build().readTree(output.resolve("result.json").toFile());
  }

  /** The page on chapter 4 shows both columns of such a run. */
  @Test
  void bothSidesGoOnToTheEndAlthoughTheyDifferFromTheFirstStep() throws IOException {
    Path output = temp.resolve("softmax");

    Invocation run =
        compare(
            output,
            "two-layer-net",
            "fault:softmax-over-batch",
            STEPS,
            "initial=xavier",
            "optimizer.learningRate=1");

    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(1);
    JsonNode result = result(output);
    assertThat(result.at("/firstDivergence/step").asLong()).isEqualTo(1);
    assertThat(result.at("/firstDivergence/tensor").asText()).isEqualTo("loss/out");
    assertThat(result.at("/firstDivergence/diagnosis").asText()).contains("whole batch");
    assertThat(result.at("/implementations/1/name").asText())
        .isEqualTo("scratch with softmax-over-batch");
    assertThat(result.at("/experiment/steps").asInt()).isEqualTo(STEPS);
    JsonNode accuracies = result.at("/curves/accuracy");
    assertThat(accuracies.findValuesAsText("step")).containsExactly("30", "60", "90");
    assertThat(accuracies.findValues("candidateTest"))
        .isNotEqualTo(accuracies.findValues("referenceTest"));
    assertThat(accuracies.at("/2/candidateTest").asDouble())
        .as("the network learns all the same, as the published one did")
        .isGreaterThan(LEARNED);
  }

  @ParameterizedTest
  @CsvSource({
    "two-layer-net, image-transposed, 1, affine1/out, transposed",
    "two-layer-net, weight-in-place-of-gradient, 1, affine1/W, ''",
    "two-layer-net, targets-of-first-batch, 2, loss/value, ''",
    "mlp-batchnorm-dropout, batchnorm-unbiased-running-variance, 1, batchNorm1/runningVar, unbiased",
    "mlp-batchnorm-dropout, batchnorm-unbiased-variance, 1, batchNorm1/out, unbiased",
    "simple-convnet, pooling-gradient-to-whole-window, 1, relu1/out, ''"
  })
  void isFoundInABundledExperimentWhereTheListSaysItIs(
      String experiment, String fault, long step, String tensor, String diagnosis)
      throws IOException {
    Path output = temp.resolve(fault);

    Invocation run = compare(output, experiment, "fault:" + fault, 2);

    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(1);
    JsonNode first = result(output).at("/firstDivergence");
    assertThat(first.at("/step").asLong()).isEqualTo(step);
    assertThat(first.at("/tensor").asText())
        .isEqualTo(tensor)
        .isEqualTo(Faults.find(fault).place().tensor());
    assertThat(first.at("/diagnosis").asText()).contains(diagnosis);
  }

  @Test
  void unknownFaultIsToldWhichThereAre() {
    Invocation run = compare(temp.resolve("unknown"), "two-layer-net", "fault:softmax", 2);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("fault:softmax", "nearest: softmax-over-batch");
    assertThat(temp.resolve("unknown")).doesNotExist();
  }

  @Test
  void faultThatCannotBeMadeInANetworkIsRefused() {
    Invocation run = compare(temp.resolve("unfit"), "two-layer-net", "fault:adam-beta2", 2);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("expected a network of affine1, tanh1, affine2, softmaxCrossEntropy, adam")
        .contains("found affine1, sigmoid1, affine2, softmaxCrossEntropy, sgd");
    assertThat(temp.resolve("unfit")).doesNotExist();
  }

  @Test
  void listNamesEveryFaultWithWhereItCanBeMade() {
    Invocation run = Invocation.of("list", "faults");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains(
            """
            fault:batchnorm-momentum: the momentum of the running statistics is another than .9: .99
              where  update, batchNorm1/runningMean
              in     mlp-batchnorm-dropout, batchnorm-dropout
            """);
    assertThat(run.out().lines().filter(line -> line.startsWith("fault:")))
        .hasSize(Faults.all().size());
  }
}
