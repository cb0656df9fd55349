package dev.lockstep.experiments.search.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.report.statistics.Interval;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RankCorrelationTest {

  private static final double ROUNDING = 1e-12;

  /** Ten people's intelligence quotient and hours of television: a worked example, ρ = −29/165. */
  private static final List<Double> QUOTIENT =
      List.of(106.0, 100.0, 86.0, 101.0, 99.0, 103.0, 97.0, 113.0, 112.0, 110.0);

  private static final List<Double> HOURS =
      List.of(7.0, 27.0, 2.0, 50.0, 28.0, 29.0, 20.0, 12.0, 6.0, 17.0);

  @Test
  void spearmanIsThatOfTheWorkedExample() {
    RankCorrelation correlation = Objects.requireNonNull(RankCorrelation.spearman(QUOTIENT, HOURS));
    assertThat(correlation.value()).isCloseTo(-29 / 165.0, within(ROUNDING));
    assertThat(correlation.interval().contains(correlation.value())).isTrue();
    assertThat(correlation.interval().low()).isLessThan(-0.5);
    assertThat(correlation.interval().high()).isGreaterThan(0.3);
    assertThat(RankCorrelation.spearman(QUOTIENT, HOURS)).isEqualTo(correlation);
  }

  @Test
  void kendallCountsPairs() {
    // Of ten pairs six have the same order.
    RankCorrelation correlation =
        Objects.requireNonNull(
            RankCorrelation.kendall(
                List.of(1.0, 2.0, 3.0, 4.0, 5.0), List.of(3.0, 4.0, 1.0, 2.0, 5.0)));
    assertThat(correlation.value()).isCloseTo(0.2, within(ROUNDING));
  }

  @Test
  void equalListsAreInTheSameOrderAndTiesAloneInNone() {
    RankCorrelation same = RankCorrelation.kendall(HOURS, HOURS);
    assertThat(same).isEqualTo(new RankCorrelation(1, new Interval(1, 1)));
    assertThat(RankCorrelation.spearman(List.of(1.0, 1.0), List.of(1.0, 2.0))).isNull();
  }
}
