package dev.lockstep.experiments.faults.detection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.result.Curves.LossPoint;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DetectorsTest {

  /** Losses of 2 on both sides, but for the candidate's of one step. */
  private static List<LossPoint> losses(int steps, int otherStep, double other) {
    List<LossPoint> losses = new ArrayList<>();
    for (int step = 1; step <= steps; step++) {
      losses.add(new LossPoint(step, 2, step == otherStep ? other : 2));
    }
    return losses;
  }

  @Test
  void lossesAreAveragedOverTenStepsBeforeTheyAreHeldAgainstOnePercent() {
    // 20 against 20.3 is 1.5 %; 20 against 20.1 is .5 %
    assertThat(Detectors.lossesPart(losses(40, 13, 2.3))).hasValue(20);
    assertThat(Detectors.lossesPart(losses(40, 13, 2.1))).isEmpty();
  }

  @Test
  void aLossThatIsNotANumberIsAnotherLoss() {
    assertThat(Detectors.lossesPart(losses(14, 14, Double.NaN))).hasValue(14);
  }
}
