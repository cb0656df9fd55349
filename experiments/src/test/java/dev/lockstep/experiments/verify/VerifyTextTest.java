package dev.lockstep.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.RunResult.DatasetInfo;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.report.Format;
import dev.lockstep.report.PageData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerifyTextTest {

  private static PartResult part(
      String name, double difference, @Nullable String failure, @Nullable Double drift) {
    return new PartResult(
        "layer",
        name,
        "dl4j",
        "double",
        1e-12,
        failure == null ? Verdict.AGREE : Verdict.DIFFER,
        failure,
        Map.of(Phase.UPDATE, new PartResult.Largest(difference, "affine1/W", 3)),
        2,
        drift == null ? null : new PartResult.Largest(drift, "affine1/b", 25),
        new Coverage(10, 10, 10, 0, 0, 10, 25, List.of(), Map.of()));
  }

  private static VerifyResult result() {
    return new VerifyResult(
        1,
        "lockstep verify",
        Verdict.DIFFER,
        new Failure(Failure.Kind.DIFFERENCE, "layer conv, dl4j in double: it is wrong"),
        new DatasetInfo("synthetic", 47, 20, "", "", List.of(), "class", List.of()),
        Map.of(),
        25,
        new VerifyResult.Coverage(30, 30, 0, 0, 75),
        List.of(
            part("affine", 2e-16, null, null),
            part("conv", 0.5, "it is wrong", null),
            part("batchNorm", 3e-16, null, 1.5e-10)),
        List.of(),
        List.of(),
        new VerifyResult.Timing(61));
  }

  private static String text(boolean verbose) {
    return VerifyText.write(result(), verbose, false, Path.of("result.json"));
  }

  @Test
  void failedRowsStandLastWithTheirReasonAndTheVerdictFirstAndLast() {
    assertThat(text(false).lines().filter(line -> !line.isEmpty()).map(String::strip))
        .containsExactly(
            "DIFFER  3 parts, each with 1 candidate and 25 steps; 0 samples of initial values; 0 conventions",
            "Differences are |reference − candidate| ÷ max(1, largest magnitude), the largest of all steps and tensors.",
            "part             dl4j in double ≤ 1e-12",
            "layer affine     2.000e-16               ok",
            "layer batchNorm  3.000e-16 *             ok",
            "layer conv       0.5                     NOT OK",
            "* aside from biases before batch normalization, which drift by up to 1.500e-10: their true gradient is 0,",
            "and an optimizer that divides by the root of past squares makes steps of its rounding",
            "NOT OK  layer conv, dl4j in double: it is wrong",
            "DIFFER  30 of 30 tensors compared in 1 min 1 s",
            "Report  result.json");
  }

  @Test
  void verboseTellsPhasesApart() {
    assertThat(text(true))
        .containsSubsequence(
            "part",
            "candidate",
            "forward",
            "loss",
            "backward",
            "update",
            "at most",
            "layer batchNorm",
            "–",
            "–",
            "–",
            "3.000e-16",
            "1.500e-10 in affine1/b *",
            "ok",
            "layer conv",
            "0.5",
            "NOT OK");
  }

  @Test
  void thePageHasEveryPartThatFailedAndItsReason() throws IOException {
    String page =
        Objects.requireNonNull(result().files(EnumSet.of(Format.HTML)).get("report.html")).get();
    assertThat(PageData.of(page).toString())
        .contains("Layer conv, dl4j in double: it is wrong.", "layer batchNorm", "NOT OK")
        .contains("\"word\":\"DIFFER\"", "\"good\":false");
    assertThat(result().files(EnumSet.noneOf(Format.class))).containsOnlyKeys("result.json");
  }
}
