package dev.lockstep.report.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RatioTest {

  /** A few roundings of numbers up to 10. */
  private static final Offset<Double> ROUNDING = within(1e-13);

  /** From tables of Student's t, which have four digits here: 97.5 % at one degree of freedom. */
  private static final double T = 12.7062;

  private static final Offset<Double> TABLE = within(1e-4);

  /** The logarithms of 2 and 8 lie ln 2 to either side of ln 4, which is their standard error. */
  @Test
  void isTheGeometricMeanWithStudentsInterval() {
    Ratio ratio = Ratio.of(List.of(2.0, 24.0), List.of(1.0, 3.0));

    assertThat(ratio.value()).isCloseTo(4, ROUNDING);
    Interval interval = Objects.requireNonNull(ratio.interval());
    assertThat(Math.log(interval.high() / 4) / Math.log(2)).isCloseTo(T, TABLE);
    assertThat(Math.log(interval.low() / 4) / Math.log(2)).isCloseTo(-T, TABLE);
  }

  @Test
  void whatIsAlwaysTheSameHasAnIntervalOfThatAlone() {
    Ratio ratio = Ratio.of(List.of(3.0, 30.0, 1.5), List.of(1.0, 10.0, 0.5));

    assertThat(ratio.value()).isCloseTo(3, ROUNDING);
    assertThat(Objects.requireNonNull(ratio.interval()).low()).isCloseTo(3, ROUNDING);
  }

  @Test
  void onePairHasNoInterval() {
    assertThat(Ratio.of(List.of(3.0), List.of(2.0)).interval()).isNull();
  }

  @Test
  void theQuotientOfGeometricMeansIsTheRatio() {
    List<Double> fast = List.of(7.0, 9.0, 8.0);
    List<Double> slow = List.of(2.0, 3.0, 5.0);

    assertThat(Ratio.geometricMean(slow)).isCloseTo(Math.cbrt(30), ROUNDING);
    assertThat(Ratio.geometricMean(fast) / Ratio.geometricMean(slow))
        .isCloseTo(Ratio.of(fast, slow).value(), ROUNDING);
  }

  @Test
  void needsPairs() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ratio.of(List.of(1.0), List.of()))
        .withMessageContaining("1 numerators and 0 denominators");
  }
}
