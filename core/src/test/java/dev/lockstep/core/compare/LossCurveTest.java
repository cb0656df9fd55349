package dev.lockstep.core.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.result.Curves.LossPoint;
import org.junit.jupiter.api.Test;

class LossCurveTest {

  private static LossCurve curve(long planned, int taken) {
    LossCurve curve = new LossCurve(planned);
    for (int step = 1; step <= taken; step++) {
      curve.add(step, step, -step);
    }
    return curve;
  }

  @Test
  void hasEveryStepOfAShortRun() {
    assertThat(curve(3, 3).points())
        .containsExactly(new LossPoint(1, 1, -1), new LossPoint(2, 2, -2), new LossPoint(3, 3, -3));
  }

  @Test
  void averagesStepsOfALongRun() {
    assertThat(curve(1000, 1000).points())
        .hasSize(334)
        .startsWith(new LossPoint(3, 2, -2), new LossPoint(6, 5, -5))
        .endsWith(new LossPoint(999, 998, -998), new LossPoint(1000, 1000, -1000));
  }

  @Test
  void hasTheLastStepsOfARunThatEndedEarly() {
    assertThat(curve(1_000_000, 2).points()).containsExactly(new LossPoint(2, 1.5, -1.5));
    assertThat(curve(1000, 4).points()).endsWith(new LossPoint(4, 4, -4));
  }

  @Test
  void doesNotGrowWithTheRun() {
    assertThat(curve(100_000, 100_000).points()).hasSize(400);
  }
}
