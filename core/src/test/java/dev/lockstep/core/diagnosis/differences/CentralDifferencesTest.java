package dev.lockstep.core.diagnosis.differences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CentralDifferencesTest {

  /** One rounding of a function near 1, divided by the step, is 3e-11. */
  private static final double ROUNDING = 1e-9;

  @ParameterizedTest
  @ValueSource(doubles = {-3, 0, 0.5, 40})
  void theSlopeOfTheSineIsTheCosine(double at) {
    CentralDifferences.Slope slope = CentralDifferences.of(Math::sin, at);
    assertThat(slope.value()).isCloseTo(Math.cos(at), within(10 * slope.uncertainty()));
    // The error of the formula, h²/6, grows with an argument, and so h, above 1.
    assertThat(slope.uncertainty()).isLessThan(ROUNDING * Math.max(1, at * at));
  }

  /** There h and 2h agree on one half, which is neither of the two slopes. */
  @Test
  void nothingIsCertainAtAKink() {
    CentralDifferences.Slope slope = CentralDifferences.of(Math::abs, 0);
    assertThat(slope.value()).isZero();
    assertThat(slope.uncertainty()).isGreaterThan(1);
  }

  @Test
  void nothingIsCertainBesideAKink() {
    CentralDifferences.Slope slope = CentralDifferences.of(x -> Math.max(0, x), 1e-6);
    assertThat(slope.uncertainty()).isGreaterThan(0.1);
  }

  @Test
  void aFunctionThatIsNotFiniteHasNoCertainSlope() {
    CentralDifferences.Slope slope = CentralDifferences.of(Math::log, -1);
    assertThat(slope.uncertainty()).isNaN();
  }
}
