package dev.lockstep.report.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.result.Verdict;
import dev.lockstep.report.statistics.PairedStatistics.Better;
import dev.lockstep.report.statistics.PairedStatistics.Spread;
import dev.lockstep.report.statistics.PairedTest.Equivalence;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PairedStatisticsTest {

  /**
   * Darwin's fifteen pairs of maize plants, crossed less self-fertilized, in eighths of an inch, as
   * Fisher gives them (The Design of Experiments, table 3).
   */
  private static final List<Double> DARWIN =
      DoubleStream.of(49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48).boxed().toList();

  /** Published figures are printed to this many decimals. */
  private static final double THREE_DECIMALS = 5e-4;

  /** Tables of t have three decimals, of which at most two are added here. */
  private static final double FROM_A_TABLE = 1e-3;

  /** What a few additions and a root may lose. */
  private static final double ROUNDING = 1e-12;

  /** Ten thousand resamples leave this much doubt about the end of an interval. */
  private static final double RESAMPLING = 0.05;

  private static PairedStatistics of(List<Double> differences, @Nullable Double margin) {
    List<Double> reference = Collections.nCopies(differences.size(), 0.0);
    return PairedStatistics.of("x", Better.HIGHER, reference, differences, margin);
  }

  private static PairedTest test(List<Double> differences, @Nullable Double margin) {
    PairedTest test = of(differences, margin).test();
    assertThat(test).isNotNull();
    return java.util.Objects.requireNonNull(test);
  }

  private static Equivalence equivalence(List<Double> differences, double margin) {
    return java.util.Objects.requireNonNull(test(differences, margin).equivalence());
  }

  @Test
  void findsFishersExactPForDarwinsMaize() {
    // Fisher counts 863 of the 32,768 combinations as extreme on either side.
    assertThat(test(DARWIN, null).p()).isEqualTo(2 * 863 / 32_768.0);
  }

  @Test
  void findsTheMeanAndTheIntervalOfDarwinsMaize() {
    PairedTest test = test(DARWIN, null);
    assertThat(test.meanDifference()).isEqualTo(314.0 / 15, within(ROUNDING));
    // t of 14 degrees of freedom at 0.975 is 2.145 in every table; the standard error is 9.7455.
    assertThat(test.standardDeviation()).isEqualTo(37.744, within(THREE_DECIMALS));
    assertThat(test.interval().low()).isEqualTo(20.933 - 2.1448 * 9.7455, within(2 * FROM_A_TABLE));
    assertThat(test.interval().high())
        .isEqualTo(20.933 + 2.1448 * 9.7455, within(2 * FROM_A_TABLE));
    assertThat(of(DARWIN, null).wins()).isEqualTo(13);
    assertThat(of(DARWIN, null).losses()).isEqualTo(2);
  }

  /** Ten differences of mean 1 and variance 1: two of 1 and four each of 1 ± √(9 ÷ 8). */
  private static final List<Double> UNIT =
      IntStream.range(0, 10)
          .mapToObj(i -> i < 2 ? 1.0 : 1 + (i % 2 == 0 ? 1 : -1) * Math.sqrt(9.0 / 8))
          .toList();

  @Test
  void knowsWhatTenSeedsCouldHaveShown() {
    PairedTest test = test(UNIT, null);
    assertThat(test.meanDifference()).isEqualTo(1, within(ROUNDING));
    assertThat(test.standardDeviation()).isEqualTo(1, within(ROUNDING));
    // t of 9 degrees of freedom is 2.262 at 0.975 and 0.883 at 0.8.
    assertThat(test.detectable()).isEqualTo((2.262 + 0.883) / Math.sqrt(10), within(FROM_A_TABLE));
    assertThat(test.smallestAttainableP()).isEqualTo(2.0 / 1024);
  }

  @Test
  void callsEquivalentWhatLiesInsideOfTheMarginAndNothingElse() {
    // Mean 1, standard error √0.1: the 90 % interval ends at 1 + 1.833 × 0.3162 = 1.5797.
    assertThat(equivalence(UNIT, 1.57).equivalent()).isFalse();
    assertThat(equivalence(UNIT, 1.59).equivalent()).isTrue();
    assertThat(equivalence(UNIT, 1.59).interval().high())
        .isEqualTo(1 + 1.833 * Math.sqrt(0.1), within(FROM_A_TABLE));
    // With the margin 2.262 standard errors above the mean, p is what a table gives 2.262: 0.025.
    assertThat(equivalence(UNIT, 1 + 2.262157 * Math.sqrt(0.1)).p())
        .isEqualTo(0.025, within(THREE_DECIMALS / 100));
  }

  @Test
  void equivalenceIsTwoSided() {
    List<Double> turned = UNIT.stream().map(x -> -x).toList();
    assertThat(equivalence(turned, 1.57).equivalent()).isFalse();
    assertThat(equivalence(turned, 1.59).equivalent()).isTrue();
    assertThat(equivalence(turned, 1.59).p())
        .isEqualTo(equivalence(UNIT, 1.59).p(), within(ROUNDING));
  }

  @Test
  void differencesThatAreAllEqualLeaveNoDoubt() {
    List<Double> quarter = Collections.nCopies(8, 0.25);
    assertThat(equivalence(quarter, 0.3).p()).isZero();
    assertThat(equivalence(quarter, 0.2).p()).isEqualTo(1);
    assertThat(test(quarter, null).p()).isEqualTo(2.0 / 256);
  }

  @Test
  void identicalSidesAreNotTested() {
    PairedStatistics same = of(Collections.nCopies(10, 0.0), 0.005);
    assertThat(same.identical()).isTrue();
    assertThat(same.ties()).isEqualTo(10);
    assertThat(same.test()).isNull();
    assertThat(same.reference().spread()).isNotNull();
  }

  @Test
  void roundingIsNoDifference() {
    List<Double> rounded = Collections.nCopies(10, 0.07 + 0x1p-50);
    List<Double> reference = Collections.nCopies(10, 0.07);
    assertThat(PairedStatistics.of("x", Better.LOWER, reference, rounded, null).identical())
        .isTrue();
    List<Double> off = Collections.nCopies(10, 0.07 + 1e-11);
    assertThat(PairedStatistics.of("x", Better.LOWER, reference, off, null).losses()).isEqualTo(10);
  }

  @Test
  void sidesThatLeftTheFiniteNumbersAlikeAreIdentical() {
    List<Double> values = Collections.nCopies(6, Double.NaN);
    PairedStatistics same = PairedStatistics.of("x", Better.LOWER, values, values, null);
    assertThat(same.identical()).isTrue();
    assertThat(same.reference().spread()).isNull();
  }

  @Test
  void oneSideThatIsNotFiniteIsNotTestedAndNotBetter() {
    List<Double> reference = Collections.nCopies(6, 0.5);
    List<Double> candidate = List.of(0.5, 0.5, 0.5, 0.5, 0.5, Double.NaN);
    PairedStatistics one = PairedStatistics.of("x", Better.LOWER, reference, candidate, null);
    assertThat(one.identical()).isFalse();
    assertThat(one.losses()).isEqualTo(1);
    assertThat(one.test()).isNull();
    PairedStatistics other = PairedStatistics.of("x", Better.LOWER, candidate, reference, null);
    assertThat(other.wins()).isEqualTo(1);
  }

  @Test
  void fewerThanSixSeedsGiveValuesAndRangeOnly() {
    PairedStatistics five = of(List.of(0.1, 0.3, 0.2, 0.5, 0.4), 0.005);
    assertThat(five.test()).isNull();
    assertThat(five.candidate().spread()).isNull();
    assertThat(five.candidate().low()).isEqualTo(0.1);
    assertThat(five.candidate().high()).isEqualTo(0.5);
    assertThat(of(List.of(0.1, 0.3, 0.2, 0.5, 0.4, 0.6), 0.005).test()).isNotNull();
    // Why six: with five, however one-sided, p stays at 0.0625.
    assertThat(SignFlips.p(new double[] {1, 1, 1, 1, 1})).isEqualTo(0.0625);
  }

  @Test
  void lowerIsBetterForLosses() {
    List<Double> reference = List.of(0.3, 0.3, 0.3);
    List<Double> candidate = List.of(0.2, 0.3, 0.4);
    PairedStatistics loss = PairedStatistics.of("x", Better.LOWER, reference, candidate, null);
    assertThat(List.of(loss.wins(), loss.ties(), loss.losses())).containsExactly(1, 1, 1);
    PairedStatistics falling =
        PairedStatistics.of("x", Better.LOWER, List.of(0.3, 0.3), List.of(0.1, 0.2), null);
    assertThat(falling.wins()).isEqualTo(2);
  }

  @Test
  void theBootstrapIntervalIsNearTheNormalOneForManySeedsAndAlwaysTheSame() {
    List<Double> values = IntStream.rangeClosed(1, 100).mapToObj(i -> (double) i).toList();
    Interval interval = Bootstrap.ofMean(values, 0.95, "x");
    // Of 1 … 100: mean 50.5, standard deviation √(9999 ÷ 12) of the population, ÷ √100.
    double half = 1.95996 * Math.sqrt(9999 / 12.0) / 10;
    assertThat(interval.low()).isEqualTo(50.5 - half, within(RESAMPLING * half));
    assertThat(interval.high()).isEqualTo(50.5 + half, within(RESAMPLING * half));
    assertThat(Bootstrap.ofMean(values, 0.95, "x")).isEqualTo(interval);
    assertThat(Bootstrap.ofMean(values, 0.95, "y")).isNotEqualTo(interval);
  }

  @Test
  void theSpreadOfASideIsTheTextbookOne() {
    Spread spread = of(List.of(2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0), null).candidate().spread();
    assertThat(spread).isNotNull();
    assertThat(java.util.Objects.requireNonNull(spread).mean()).isEqualTo(5);
    assertThat(spread.standardDeviation()).isEqualTo(Math.sqrt(32.0 / 7), within(ROUNDING));
  }

  @Test
  void moreThanTwentySeedsAreTestedByDrawnFlips() {
    double[] same = DoubleStream.generate(() -> 1).limit(21).toArray();
    assertThat(SignFlips.p(same)).isEqualTo(SignFlips.smallestAttainable(21));
    // Two of twenty-two the other way: 2 × (1 + 22 + 231) ÷ 2²² of all combinations are as extreme.
    double[] two = DoubleStream.generate(() -> 1).limit(22).toArray();
    two[3] = -1;
    two[8] = -1;
    assertThat(SignFlips.p(two)).isEqualTo(2 * 254 / Math.pow(2, 22), within(1e-4));
  }

  @Test
  void refusesSidesOfDifferentLength() {
    assertThatThrownBy(
            () -> PairedStatistics.of("loss", Better.LOWER, List.of(1.0), List.of(), null))
        .hasMessageContaining("loss")
        .hasMessageContaining("1 and 0");
  }

  @Test
  void equalSidesHaveEqualIntervals() {
    List<Double> values = List.of(0.91, 0.93, 0.9, 0.95, 0.92, 0.94, 0.9);
    PairedStatistics equal = PairedStatistics.of("x", Better.HIGHER, values, values, null);
    assertThat(equal.reference()).isEqualTo(equal.candidate());
    assertThat(equal.reference().spread()).isNotNull();
  }

  /** Nine of ten seeds favour the candidate: surely enough for one measure, not among many. */
  @Test
  void ofManyMeasuresEachMustShowItsDifferenceMoreSurely() {
    List<Double> reference = Collections.nCopies(10, .9);
    List<Double> better = List.of(.92, .93, .91, .92, .94, .92, .93, .899, .92, .93);
    PairedStatistics found = PairedStatistics.of("x", Better.HIGHER, reference, better, 1e-4);
    double p = Objects.requireNonNull(found.test()).p();
    assertThat(p).isEqualTo(4 / 1024.0); // no sign turned, or only the smallest; and their mirrors
    assertThat(found.verdict(1)).isEqualTo(Verdict.DIFFER);
    assertThat(found.verdict(12)).isEqualTo(Verdict.DIFFER);
    assertThat(found.verdict(13)).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void withoutATestOrAMarginNothingIsDecided() {
    List<Double> reference = List.of(.9, .91, .92, .93, .94, .95);
    List<Double> worse = List.of(.8, .81, .83, .84, .85, .86);
    assertThat(PairedStatistics.of("x", Better.HIGHER, reference, worse, null).verdict(1))
        .isEqualTo(Verdict.UNDECIDED);
    assertThat(
            PairedStatistics.of(
                    "x", Better.HIGHER, reference.subList(0, 5), worse.subList(0, 5), .01)
                .verdict(1))
        .isEqualTo(Verdict.UNDECIDED);
    assertThat(PairedStatistics.of("x", Better.HIGHER, reference, worse, .01).verdict(1))
        .isEqualTo(Verdict.DIFFER);
    assertThat(PairedStatistics.of("x", Better.HIGHER, reference, worse, .5).verdict(1))
        .isEqualTo(Verdict.AGREE);
  }
}
