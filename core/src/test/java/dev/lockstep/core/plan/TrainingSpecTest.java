package dev.lockstep.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lockstep.core.plan.TrainingSpec.Length;
import dev.lockstep.core.plan.TrainingSpec.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingSpecTest {

  @ParameterizedTest
  @CsvSource({
    // The book counts 600 steps for an epoch of MNIST; a batch of 128 leaves 96 images over.
    "DRAWN, 100, 60000, 600",
    "DRAWN, 128, 60000, 468",
    "FIXED, 128, 60000, 468",
    "SHUFFLED, 128, 60000, 469",
    "SHUFFLED, 100, 60000, 600",
    "DRAWN, 100, 5, 1",
    "SHUFFLED, 100, 5, 1",
    "SHUFFLED, 2147483647, 2147483647, 1",
    "SHUFFLED, 1, 2147483647, 2147483647",
  })
  void countsTheStepsOfAnEpoch(Order order, int batchSize, int samples, long steps) {
    assertThat(new TrainingSpec(batchSize, order, new Length.Epochs(1)).stepsPerEpoch(samples))
        .isEqualTo(steps);
  }

  @Test
  void countsTheStepsOfTheWholeTraining() {
    assertThat(new TrainingSpec(128, Order.SHUFFLED, new Length.Epochs(3)).steps(60_000))
        .isEqualTo(1407);
    assertThat(new TrainingSpec(128, Order.SHUFFLED, new Length.Steps(5)).steps(60_000))
        .isEqualTo(5);
    assertThat(
            new TrainingSpec(1, Order.SHUFFLED, new Length.Epochs(Integer.MAX_VALUE))
                .steps(Integer.MAX_VALUE))
        .isEqualTo((long) Integer.MAX_VALUE * Integer.MAX_VALUE);
  }

  @Test
  void refusesNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TrainingSpec(0, Order.DRAWN, new Length.Steps(1)))
        .withMessage("batchSize: expected at least 1, found 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TrainingSpec(1, Order.DRAWN, new Length.Steps(-1)))
        .withMessage("steps: expected at least 0, found -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TrainingSpec(1, Order.DRAWN, new Length.Epochs(-1)))
        .withMessage("epochs: expected at least 1, found -1");
  }
}
