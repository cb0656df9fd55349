package dev.lockstep.core.compare.judging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassificationTest {

  /** Three terms, each rounded. */
  private static final double ROUNDING = 1e-15;

  private static final Shape IMAGE = Shape.of(1, 1, 1);
  private static final Split TWO_IMAGES = new Split(IMAGE, 3, new byte[2], new byte[] {2, 0});

  private static Classification of(double... outputs) {
    return Classification.of(x -> Tensor.of(Shape.of(2, 3), outputs), TWO_IMAGES, IMAGE);
  }

  @Test
  void theLargestOutputNamesTheClassTheFirstOfEqualOnes() {
    Classification answers = of(0.2, 0.3, 0.5, 0.4, 0.2, 0.4);
    assertThat(answers.classOf(0)).isEqualTo(2);
    assertThat(answers.outputOf(0)).isEqualTo(0.5);
    assertThat(answers.classOf(1)).isZero();
    assertThat(answers.accuracy()).isEqualTo(1);
    assertThat(answers.differentFrom(of(0.2, 0.3, 0.5, 0.3, 0.3, 0.4))).isEqualTo(1);
  }

  @Test
  void membersOfAnEnsembleVoteWithTheirProbabilities() {
    // Two that are unsure and wrong, one that is sure and right.
    Classification together =
        Classification.average(
            List.of(of(0.5, 0.1, 0.4, 1, 0, 0), of(0.5, 0.1, 0.4, 1, 0, 0), of(0, 0, 1, 0, 1, 0)));
    assertThat(together.classOf(0)).isEqualTo(2);
    assertThat(together.outputOf(0)).isCloseTo(0.6, within(ROUNDING));
    assertThat(together.classOf(1)).isZero();
  }
}
