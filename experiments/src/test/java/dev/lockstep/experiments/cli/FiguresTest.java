package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pictures that experiments ask for, against what else the result says. */
class FiguresTest {

  private static final int TEST_IMAGES = 200;

  /** An accuracy of 200 images is a fraction of 200: exact, but for the division. */
  private static final double ROUNDING = 1e-12;

  private static final String CONVOLUTION =
      """
      input: [1, 28, 28]
      layers:
        - conv: {filters: 3, size: 4, stride: 4}
        - relu
        - affine: {units: 10}
      optimizer: {type: adam, learningRate: 0.01}
      training: {batchSize: 20, steps: 30}
      """;

  @TempDir static Path temp;
  private static String data;

  @BeforeAll
  static void writeData() throws IOException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
  }

  private static JsonNode run(String name, String experiment) throws IOException {
    Path file = Files.writeString(temp.resolve(name + ".yaml"), experiment);
    Path output = temp.resolve(name);
    Invocation run =
        Invocation.of(
            "compare",
            file.toString(),
            "--data",
            data,
            "--output",
            output.toString(),
            "--format",
            "json",
            "-q");
    assertThat(run.exitCode()).as(run.err()).isZero();
    return JsonMapper.builder().build().readTree(output.resolve("result.json").toFile());
  }

  private static JsonNode figure(JsonNode result, String id) {
    return StreamSupport.stream(result.at("/figures").spliterator(), false)
        .filter(figure -> figure.at("/id").asText().equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no figure " + id + " in " + result.at("/figures")));
  }

  @Test
  void answersAreThoseThatTheAccuracyCounts() throws IOException {
    JsonNode result = run("answers", "figures: [confusion, misclassified]\n" + CONVOLUTION);
    for (int side = 0; side < 2; side++) {
      JsonNode counts = figure(result, "confusion").at("/matrices/" + side + "/counts");
      int right = 0;
      int all = 0;
      for (int label = 0; label < 10; label++) {
        right += counts.get(label).get(label).asInt();
        for (JsonNode count : counts.get(label)) {
          all += count.asInt();
        }
      }
      assertThat(all).isEqualTo(TEST_IMAGES);
      assertThat((double) right / all)
          .isCloseTo(
              result.at("/implementations/" + side + "/testAccuracy").asDouble(), within(ROUNDING));
    }
    for (JsonNode picture : figure(result, "misclassified").at("/pictures")) {
      String label = picture.at("/label").asText();
      assertThat(label).matches("\\d: \\d \\d+ % \\| \\d \\d+ %");
      String digit = label.substring(0, 1);
      assertThat(label).doesNotContain(": " + digit + " ").doesNotContain("| " + digit + " ");
    }
  }

  @Test
  void filtersAreTheFirstConvolutionBeforeAndAfter() throws IOException {
    JsonNode result = run("filters", "figures: [filters]\n" + CONVOLUTION);
    List<Double> before = new ArrayList<>();
    List<Double> after = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      figure(result, "filters-before")
          .at("/pictures/" + i + "/pixels")
          .forEach(p -> before.add(p.asDouble()));
      figure(result, "filters-after")
          .at("/pictures/" + i + "/pixels")
          .forEach(p -> after.add(p.asDouble()));
    }
    assertThat(before).hasSize(48).isNotEqualTo(after);
    // He's initial values: deviation √(2/16); of 48 numbers it is known to a fifth, twice that is
    // enough.
    double deviation = Math.sqrt(before.stream().mapToDouble(w -> w * w).average().orElseThrow());
    assertThat(deviation).isCloseTo(Math.sqrt(2.0 / 16), within(0.4 * Math.sqrt(2.0 / 16)));
  }

  @Test
  void activationsAreCountedOverTheFirstBatch() throws IOException {
    JsonNode result = run("activations", "figures: [activations]\n" + CONVOLUTION);
    JsonNode histogram = figure(result, "activations").at("/panels/0");
    assertThat(histogram.at("/name").asText()).isEqualTo("relu1/out");
    int counted = 0;
    for (JsonNode count : histogram.at("/counts")) {
      counted += count.asInt();
    }
    assertThat(counted).isEqualTo(20 * 3 * 7 * 7);
    // Half of what a layer without bias puts into ReLU is negative.
    assertThat(histogram.at("/counts/0").asInt()).isBetween(counted / 4, counted);
  }

  @Test
  void halfPrecisionCostsAtMostAFewImagesAndIsNotTheSame() throws IOException {
    JsonNode values = figure(run("half", "figures: [half]\n" + CONVOLUTION), "half").at("/values");
    for (int side = 0; side < 2; side++) {
      double trained = values.get(0).get(side).asDouble();
      assertThat(trained).isGreaterThan(0.5);
      for (int row = 1; row < 3; row++) {
        // Eleven bits move probabilities by a few thousandths: few images lie that close.
        assertThat(values.get(row).get(side).asDouble()).isCloseTo(trained, within(0.02));
      }
    }
  }

  @Test
  void anEnsembleIsNoWorseThanItsWorstMember() throws IOException {
    JsonNode result =
        run(
            "ensemble",
            """
            figures: [ensemble]
            variants:
              member:
                a: {member: 1}
                b: {member: 2}
                c: {member: 3}
            """
                + CONVOLUTION);
    JsonNode figure = figure(result, "ensemble-1");
    assertThat(figure.at("/rows")).hasSize(4);
    for (int side = 0; side < 2; side++) {
      List<Double> members = new ArrayList<>();
      for (int member = 0; member < 3; member++) {
        assertThat(figure.at("/values/" + member + "/" + side))
            .isEqualTo(result.at("/runs/" + member + "/implementations/" + side + "/testAccuracy"));
        members.add(figure.at("/values/" + member + "/" + side).asDouble());
      }
      assertThat(members).as("members draw for themselves").doesNotHaveDuplicates();
      assertThat(figure.at("/values/3/" + side).asDouble())
          .isGreaterThanOrEqualTo(members.stream().min(Double::compare).orElseThrow());
    }
  }

  @Test
  void variantsShareAChartOfWhatTheirRunsSay() throws IOException {
    JsonNode result =
        run(
            "variants",
            """
            figures: [loss, accuracy, training]
            variants:
              size:
                small: {initial: 0.01}
                large: {initial: 0.1}
              decay:
                without: {}
                with: {weightDecay: 0.01}
            """
                + CONVOLUTION);
    JsonNode loss = figure(result, "variants-loss");
    assertThat(loss.at("/panels/0/series")).hasSize(4);
    assertThat(loss.at("/panels/0/series/1/name").asText()).isEqualTo("small-with");
    JsonNode lastOfVariant = result.at("/variants/1/loss");
    assertThat(loss.at("/panels/0/series/1/y/" + (lastOfVariant.size() - 1)))
        .isEqualTo(lastOfVariant.get(lastOfVariant.size() - 1).at("/reference/mean"));
    assertThat(figure(result, "variants-accuracy").at("/panels")).hasSize(4);
    JsonNode training = figure(result, "variants-training");
    assertThat(training.at("/panels")).hasSize(2);
    assertThat(training.at("/panels/1/name").asText()).isEqualTo("large");
    assertThat(training.at("/panels/1/series/0/name").asText()).isEqualTo("without");
    assertThat(training.at("/panels/1/series/0/y/0"))
        .isEqualTo(result.at("/variants/2/accuracy/0/referenceTrain/mean"));
  }
}
