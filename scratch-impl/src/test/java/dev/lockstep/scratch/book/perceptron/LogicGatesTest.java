package dev.lockstep.scratch.book.perceptron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

/** The truth tables of Boolean algebra are the oracle. */
class LogicGatesTest {

  @Test
  void everyGateFollowsItsTruthTable() {
    for (int x1 = 0; x1 <= 1; x1++) {
      for (int x2 = 0; x2 <= 1; x2++) {
        assertThat(LogicGates.AND.output(x1, x2)).as("%d and %d", x1, x2).isEqualTo(x1 & x2);
        assertThat(LogicGates.NAND.output(x1, x2))
            .as("%d nand %d", x1, x2)
            .isEqualTo(1 - (x1 & x2));
        assertThat(LogicGates.OR.output(x1, x2)).as("%d or %d", x1, x2).isEqualTo(x1 | x2);
        assertThat(LogicGates.xor(x1, x2)).as("%d xor %d", x1, x2).isEqualTo(x1 ^ x2);
      }
    }
  }

  @Test
  void firesOnlyAboveTheThreshold() {
    Perceptron atThreshold = new Perceptron(1, 1, -2);

    assertThat(atThreshold.output(1, 1)).isZero();
    assertThat(atThreshold.output(1, 1.5)).isOne();
  }

  @Test
  void refusesWhatIsNotANumber() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LogicGates.AND.output(0, Double.NaN))
        .withMessage("x2: expected a finite number, found NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Perceptron(Double.POSITIVE_INFINITY, 0, 0))
        .withMessageContaining("w1");
  }
}
