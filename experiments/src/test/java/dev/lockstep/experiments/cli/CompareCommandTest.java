package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.experiments.machine.Blas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The main job, as a user calls it, on a few hundred digits. */
class CompareCommandTest {

  static final int BATCH = 20;

  /** Rounding alone stays near 1e-15; the issue of a difference starts three orders above. */
  private static final double ROUNDING = 1e-12;

  /**
   * Float has 24 bits; a few hundred products and sums of numbers near 1 cost four digits of them.
   */
  private static final double FLOAT_DRIFT = 1e-2;

  @TempDir static Path temp;
  private static String data;

  @BeforeAll
  static void writeData() throws IOException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
  }

  private static Invocation compare(Path output, String... more) {
    String[] args = {
      "compare", "--data", data, "--output", output.toString(), "training.batchSize=" + BATCH, "-q"
    };
    String[] all = new String[args.length + more.length];
    System.arraycopy(args, 0, all, 0, args.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return Invocation.of(all);
  }

  private static JsonNode result(Path output) throws IOException {
    return JsonMapper.builder().build().readTree(output.resolve("result.json").toFile());
  }

  @Test
  void bothSidesAgreeToRoundingAndEveryTensorIsCounted() throws IOException {
    Path output = temp.resolve("agree");
    Invocation run = compare(output, "--steps", "40");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("AGREE");
    JsonNode result = result(output);
    assertThat(result.at("/verdict").asText()).isEqualTo("AGREE");
    assertThat(result.at("/worst/update/maxAbs").asDouble()).isLessThan(ROUNDING);
    JsonNode coverage = result.at("/coverage");
    assertThat(coverage.at("/compared").asLong())
        .isEqualTo(coverage.at("/expected").asLong())
        .isPositive();
    assertThat(result.at("/implementations/0/testAccuracy").asDouble())
        .isEqualTo(result.at("/implementations/1/testAccuracy").asDouble());
    assertThat(output.resolve("report.html")).isNotEmptyFile();
  }

  @Test
  void theSameCommandGivesTheSameBitsAsideFromTiming() throws IOException {
    Path output = temp.resolve("repeated");
    assertThat(compare(output, "--steps", "15").exitCode()).isZero();
    JsonNode first = result(output);
    assertThat(compare(output, "--steps", "15").exitCode()).isZero();
    JsonNode second = result(output);
    for (JsonNode result : new JsonNode[] {first, second}) {
      ((com.fasterxml.jackson.databind.node.ObjectNode) result).remove("timing");
    }
    assertThat(second).isEqualTo(first);
  }

  @Test
  void whatIsNotComparedIsTrainedAloneAsItWouldHaveBeenTogether() throws IOException {
    Path together = temp.resolve("together");
    assertThat(compare(together, "--steps", "30").exitCode()).isZero();
    Path alone = temp.resolve("alone");
    assertThat(compare(alone, "--steps", "30", "compared=4").exitCode()).isZero();
    JsonNode result = result(alone);
    assertThat(result.at("/coverage/steps").asLong()).isEqualTo(4);
    assertThat(result.at("/experiment/steps").asLong()).isEqualTo(4);
    assertThat(result.at("/solo/from").asLong()).isEqualTo(5);
    assertThat(result.at("/solo/to").asLong()).isEqualTo(30);
    JsonNode whole = result(together);
    assertThat(whole.at("/solo").isNull()).isTrue();
    assertThat(result.at("/solo/trainLoss")).isEqualTo(whole.at("/implementations/0/trainLoss"));
    assertThat(result.at("/solo/accuracy/0/test"))
        .isEqualTo(whole.at("/implementations/0/testAccuracy"));
  }

  @Test
  void matricesAreMultipliedInJavaIfAsked() throws IOException {
    Path inJava = temp.resolve("in-java");
    assertThat(compare(inJava, "--steps", "15", "--blas", "java").exitCode()).isZero();
    Path fastest = temp.resolve("fastest");
    assertThat(compare(fastest, "--steps", "15").exitCode()).isZero();

    JsonNode result = result(inJava);
    assertThat(result.at("/environment/scratchBlas").asText()).startsWith("pure Java");
    assertThat(result(fastest).at("/environment/scratchBlas").asText())
        .as("chosen for one command alone")
        .isEqualTo(Blas.chosen().name());
    double loss = result(fastest).at("/implementations/0/trainLoss").asDouble();
    assertThat(result.at("/implementations/0/trainLoss").asDouble())
        .isCloseTo(loss, within(ROUNDING));

    Invocation diff = Invocation.of("diff", inJava.toString(), fastest.toString());
    assertThat(diff.out()).contains("pure Java", Blas.chosen().name()).doesNotContain("differs:");
  }

  @Test
  void roundingToFloatIsNoFault() throws IOException {
    Path output = temp.resolve("float");
    Invocation run = compare(output, "--steps", "40", "--precision", "float");
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    double drift = result(output).at("/worst/forward/maxAbs").asDouble();
    assertThat(drift).isGreaterThan(ROUNDING).isLessThan(FLOAT_DRIFT);
  }

  @Test
  void observingNothingComparesWhatTheLastStepLeft() throws IOException {
    Path output = temp.resolve("bare");
    assertThat(compare(output, "--steps", "10", "--observe-every", "0").exitCode()).isZero();
    JsonNode coverage = result(output).at("/coverage");
    assertThat(coverage.at("/steps").asInt()).isEqualTo(1);
    assertThat(coverage.at("/compared").asInt()).isEqualTo(24);
  }

  @Test
  void sidesThatDrawForThemselvesAreJudgedByStatisticsAlone() throws IOException {
    Path output = temp.resolve("own-draws");
    String[] asked = {
      "--alignment", "stock", "--own-draws", "--seeds", "1..6", "--steps", "30", "margin=0.5"
    };
    Invocation run = compare(output, asked);
    assertThat(run.out() + run.err()).doesNotContain("NOTHING_COMPARED");
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).startsWith("AGREE").contains("Each side drew for itself");
    JsonNode result = result(output);
    JsonNode accuracy = result.at("/statistics/0/measures/0/values");
    assertThat(accuracy.at("/differences")).hasSize(6);
    assertThat(accuracy.at("/identical").asBoolean()).isFalse();
    assertThat(accuracy.at("/test/equivalence/equivalent").asBoolean()).isTrue();
    for (JsonNode one : result.at("/runs")) {
      assertThat(one.at("/verdict").asText()).isEqualTo("NOTHING_COMPARED");
      assertThat(one.at("/coverage/compared").asInt()).isZero();
    }
    String first = result.at("/statistics").toString();
    compare(output, asked);
    assertThat(result(output).at("/statistics")).hasToString(first);
  }

  @Test
  void aMarginThatSixSeedsCannotShowLeavesItOpen() {
    Invocation run =
        compare(
            temp.resolve("undecided"),
            "--alignment",
            "stock",
            "--own-draws",
            "--seeds",
            "1..6",
            "--steps",
            "5",
            "margin=0.0001");
    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(5);
    assertThat(run.out())
        .startsWith("UNDECIDED  Each side drew for itself, and the seeds do not decide");
  }

  @Test
  void ownDrawsWithoutStockAreRefused() {
    Invocation run = compare(temp.resolve("refused"), "--own-draws");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--own-draws: expected --alignment stock");
  }

  @Test
  void figureIsComparedWithoutData() throws IOException {
    Path output = temp.resolve("figure");
    Invocation run =
        Invocation.of(
            "compare",
            "gradient-descent",
            "--data",
            "idx:nowhere",
            "--output",
            output.toString(),
            "steps=50");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("AGREE").doesNotContain("NaN");
    assertThat(result(output).at("/figures/0/paths/0/x")).hasSize(51);
  }

  @ParameterizedTest
  @CsvSource({
    "wrong-momentum,      2, update,   affine1,    affine1/W/velocity,    momentum were 0.99",
    "transposed-gradient, 1, backward, affine2,    affine2/W,             transposed",
    "not-divided,         1, backward, affine3,    affine3/b,             batch size",
    "unbiased-variance,   1, update,   batchNorm1, batchNorm1/runningVar, times 1.05263"
  })
  void wrongImplementationIsCaughtWhereItIsWrong(
      String candidate, long step, String phase, String layer, String tensor, String diagnosis)
      throws IOException {
    Path output = temp.resolve(candidate);
    Invocation run = compare(output, "--steps", "10", "--candidate", candidate);
    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(1);
    JsonNode result = result(output);
    assertThat(result.at("/verdict").asText()).isEqualTo("DIFFER");
    assertThat(result.at("/failure/kind").asText()).isEqualTo("DIFFERENCE");
    JsonNode first = result.at("/firstDivergence");
    assertThat(first.at("/step").asLong()).isEqualTo(step);
    assertThat(first.at("/phase").asText()).isEqualTo(phase);
    assertThat(first.at("/layer").asText()).isEqualTo(layer);
    assertThat(first.at("/tensor").asText()).isEqualTo(tensor);
    assertThat(first.at("/diagnosis").asText()).contains(diagnosis);
    assertThat(first.at("/error").asDouble())
        .isCloseTo(
            Math.abs(first.at("/reference").asDouble() - first.at("/candidate").asDouble()),
            within(0.0));
  }
}
