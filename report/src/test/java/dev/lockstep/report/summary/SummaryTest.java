package dev.lockstep.report.summary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.report.SampleRuns;
import dev.lockstep.report.summary.Summary.Band;
import dev.lockstep.report.summary.Summary.Drift;
import dev.lockstep.report.summary.Summary.DriftPoint;
import dev.lockstep.report.summary.Summary.Variant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SummaryTest {

  /** What adding three numbers of the size of 1 may lose. */
  private static final double ROUNDING = 1e-15;

  private static Summary summary(RunResult run) {
    return new SummaryBuilder(run.command()).add(run, "").build();
  }

  @Test
  void theWorstVerdictIsTheSummarysAndItsFirstRunIsShown() {
    Summary summary =
        new SummaryBuilder("compare")
            .add(SampleRuns.agreeing(1), "a")
            .add(SampleRuns.differing(2), "b")
            .add(SampleRuns.differing(3), "c")
            .build();
    assertThat(summary.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(summary.failed()).isNotNull().extracting(Summary.Run::path).isEqualTo("b");
    assertThat(summary.verdicts())
        .containsEntry(Verdict.DIFFER, 2L)
        .containsEntry(Verdict.AGREE, 1L);
    assertThat(SampleRuns.summary(2).failed()).isNull();
  }

  private static List<RunResult> runs(Verdict... verdicts) {
    return IntStream.range(0, verdicts.length)
        .mapToObj(
            i ->
                switch (verdicts[i]) {
                  case AGREE -> SampleRuns.agreeing(i);
                  case DIVERGED_ALIKE -> SampleRuns.diverged(i);
                  case EXPLAINED -> SampleRuns.explained(i);
                  case DIFFER -> SampleRuns.differing(i);
                  default -> throw new IllegalArgumentException(verdicts[i].name());
                })
        .map(run -> SampleRuns.as("variant", run))
        .toList();
  }

  static Stream<Arguments> orders() {
    Verdict[] worstFirst = {Verdict.DIFFER, Verdict.EXPLAINED, Verdict.DIVERGED_ALIKE};
    List<Arguments> orders = new ArrayList<>();
    for (Verdict worst : worstFirst) {
      orders.add(Arguments.of(worst, runs(worst, Verdict.AGREE, Verdict.AGREE)));
      orders.add(Arguments.of(worst, runs(Verdict.AGREE, worst, Verdict.AGREE)));
      orders.add(Arguments.of(worst, runs(Verdict.AGREE, Verdict.AGREE, worst)));
    }
    orders.add(Arguments.of(Verdict.AGREE, runs(Verdict.AGREE, Verdict.AGREE)));
    return orders.stream();
  }

  @ParameterizedTest
  @MethodSource("orders")
  void theVerdictOfSeveralRunsIsTheWorstWhereverItStands(Verdict worst, List<RunResult> runs) {
    SummaryBuilder builder = new SummaryBuilder("compare");
    for (int i = 0; i < runs.size(); i++) {
      builder.add(runs.get(i), "seed-" + i);
    }
    Summary summary = builder.build();
    assertThat(summary.verdict()).isEqualTo(worst);
    assertThat(summary.variants()).hasSize(1);
    assertThat(summary.variants().get(0).verdict()).isEqualTo(worst);
  }

  @Test
  void bandsReachFromTheLowestToTheHighestSeed() {
    List<RunResult> runs =
        List.of(SampleRuns.agreeing(1), SampleRuns.agreeing(2), SampleRuns.agreeing(3));
    Summary summary = SampleRuns.summary(3);
    double[] losses =
        runs.stream().mapToDouble(r -> r.curves().loss().get(10).reference()).sorted().toArray();
    Band band = summary.variants().get(0).loss().get(10).reference();
    assertThat(band.low()).isEqualTo(losses[0]);
    assertThat(band.high()).isEqualTo(losses[2]);
    assertThat(band.mean()).isEqualTo((losses[0] + losses[1] + losses[2]) / 3, within(ROUNDING));
  }

  @Test
  void driftKeepsTheLargestReadingOfAStepWithTheFloorOfTheSameTensor() {
    RunResult run = SampleRuns.agreeing(1);
    Drift drift = drift(summary(run).variants().get(0), "");
    DriftPoint point = drift.points().get(4);
    TensorReading largest =
        run.readings().stream()
            .filter(r -> r.step() == point.step())
            .filter(r -> r.phase() == Phase.UPDATE && r.reading() == Reading.LOCAL)
            .max(Comparator.comparingDouble(TensorReading::maxAbs))
            .orElseThrow();
    assertThat(point.tensor()).isEqualTo(largest.tensor());
    assertThat(point.maxAbs()).isEqualTo(largest.maxAbs());
    assertThat(point.floor()).isEqualTo(largest.floor());
  }

  private static Drift drift(Variant variant, String layer) {
    return variant.drift().stream()
        .filter(d -> d.phase() == Phase.UPDATE && d.reading() == Reading.LOCAL)
        .filter(d -> d.layer().equals(layer))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void longRunsAreThinnedWithoutLosingTheirPeaks() {
    RunResult run = SampleRuns.observedOften(1);
    assertThat(run.readings().stream().map(TensorReading::step).distinct().count())
        .isGreaterThan(DriftCollector.POINTS);
    Drift drift = drift(summary(run).variants().get(0), "affine2");
    double peak =
        run.readings().stream()
            .filter(r -> r.phase() == Phase.UPDATE && r.reading() == Reading.LOCAL)
            .filter(r -> r.layer().equals("affine2"))
            .mapToDouble(TensorReading::maxAbs)
            .max()
            .orElseThrow();
    assertThat(drift.points()).hasSize(DriftCollector.POINTS);
    assertThat(drift.points().stream().mapToDouble(DriftPoint::maxAbs).max()).hasValue(peak);
  }

  @Test
  void statisticsComeWithSeveralSeedsAndSayOnWhatTheyRest() {
    assertThat(summary(SampleRuns.agreeing(1)).statistics()).isEmpty();
    Summary.SeedStatistics ten = SampleRuns.summary(10).statistics().get(0);
    assertThat(ten.seeds()).hasSize(10);
    assertThat(ten.condition()).contains("conditional on this split");
    assertThat(ten.measures())
        .extracting(Summary.Measure::name)
        .containsExactly("test accuracy", "training accuracy", "loss of the last batch");
    assertThat(ten.measures().get(0).words().get(0)).startsWith("Identical in all 10 seeds");
  }

  @Test
  void fewSeedsAreTold() {
    Summary summary =
        new SummaryBuilder("compare")
            .add(SampleRuns.ownDraws(1), "a")
            .add(SampleRuns.ownDraws(2), "b")
            .build();
    assertThat(summary.statistics().get(0).measures().get(0).words().get(0))
        .isEqualTo(
            "2 seeds are too few to test: with fewer than 6 no p reaches 0.05, whatever the values.");
  }

  @Test
  void plainWordsComeFirstAndPLast() {
    SummaryBuilder builder = new SummaryBuilder("compare --own-draws");
    for (int seed = 1; seed <= 10; seed++) {
      builder.add(SampleRuns.ownDraws(seed), "seed-" + seed);
    }
    Summary.Measure accuracy = builder.build().statistics().get(0).measures().get(0);
    assertThat(accuracy.values().identical()).isFalse();
    assertThat(accuracy.words().get(0))
        .isEqualTo(
            "Equally good: the two lie within ±0.005 of each other, the margin fixed before the run.");
    assertThat(accuracy.words().get(accuracy.words().size() - 1))
        .startsWith("p of the difference")
        .contains("the smallest that 10 seeds can reach is 0.001953");
    assertThat(accuracy.words().subList(0, accuracy.words().size() - 1))
        .noneMatch(words -> words.contains("p of"));
  }

  @Test
  void variantsAreToldApartByWhatDiffersAlone() {
    Summary summary =
        new SummaryBuilder("compare")
            .add(SampleRuns.variant("sgd", 1), "sgd")
            .add(SampleRuns.variant("adam", 1), "adam")
            .build();
    assertThat(VariantSettings.of(summary.variants()))
        .containsExactly(
            new VariantSettings(
                "mlp-batchnorm-dropout",
                List.of("variant.name"),
                List.of(
                    new VariantSettings.Row("sgd", List.of("sgd")),
                    new VariantSettings.Row("adam", List.of("adam")))));
    assertThat(VariantSettings.of(SampleRuns.summary(3).variants())).isEmpty();
  }

  @Test
  void manyVariantsAreShownWithoutTheirLayers() {
    SummaryBuilder builder = new SummaryBuilder("compare --all");
    for (int i = 1; i <= 9; i++) {
      builder.add(SampleRuns.variant("v" + i, i), "v" + i);
    }
    Variant variant = builder.build().variants().get(8);
    assertThat(variant.drift()).isNotEmpty().allMatch(drift -> drift.layer().isEmpty());
    List<Summary.LossBand> loss = variant.loss();
    assertThat(loss).hasSizeBetween(50, 100);
    assertThat(loss.get(loss.size() - 1).step()).isEqualTo(SampleRuns.STEPS);
  }
}
