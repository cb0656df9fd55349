package dev.lockstep.scratch.book.neuralnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InferenceTest {

  private static final Shape INPUT = Shape.of(3);

  /** Seven images of three pixels; the brightest pixel is the class, but for the last image. */
  private final Split images =
      new Split(
          Shape.of(1, 1, 3),
          3,
          new byte[] {9, 0, 0, 0, 9, 0, 0, 0, 9, 9, 1, 2, 3, 9, 2, 1, 2, 9, 9, 0, 0},
          new byte[] {0, 1, 2, 0, 1, 2, 2});

  @Test
  void theHighestScoreIsTheLabelAndTheFirstOfEqualOnes() {
    Tensor scores = Tensor.of(Shape.of(3, 3), .1, .8, .1, .4, .2, .4, -3, -2, -1);

    assertThat(Inference.labels(scores)).containsExactly(1, 0, 2);
    assertThat(Inference.labels(Tensor.of(Shape.of(2), 0, 1))).containsExactly(1);
  }

  @Test
  void aNotANumberCountsAsTheHighestScore() {
    assertThat(Inference.labels(Tensor.of(Shape.of(1, 3), 5, Double.NaN, 7))).containsExactly(1);
  }

  @Test
  void accuracyIsTheShareOfRowsThatAgree() {
    Tensor scores = Tensor.of(Shape.of(4, 2), .9, .1, .2, .8, .6, .4, .3, .7);
    Tensor targets = Tensor.of(Shape.of(4, 2), 1, 0, 0, 1, 0, 1, 0, 1);

    assertThat(Inference.accuracy(scores, targets)).isEqualTo(0.75);
  }

  /** 6 of 7 by construction; the last batch is smaller, and labels belong to positions. */
  @Test
  void batchesOfAnySizeGiveTheSameAccuracy() {
    for (int batchSize : new int[] {1, 2, 3, 7, 100}) {
      assertThat(Inference.accuracy(x -> x, images, INPUT, batchSize))
          .as("batches of %d", batchSize)
          .isEqualTo(6.0 / 7);
    }
  }

  @Test
  void showsEveryImageOnceAsPixelsFromZeroToOne() {
    List<Tensor> shown = new ArrayList<>();

    double accuracy =
        Inference.accuracy(
            x -> {
              shown.add(x);
              return x;
            },
            images,
            INPUT,
            5);

    assertThat(accuracy).isPositive();
    assertThat(shown).extracting(Tensor::shape).containsExactly(Shape.of(5, 3), Shape.of(2, 3));
    assertThat(shown.get(1).data())
        .containsExactly(1 / 255.0, 2 / 255.0, 9 / 255.0, 9 / 255.0, 0, 0);
  }

  @Test
  void refusesToJudgeNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Inference.accuracy(x -> x, images.first(0), INPUT, 1))
        .withMessageContaining("at least one image");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Inference.accuracy(Tensor.zeros(Shape.of(2, 3)), Tensor.zeros(INPUT)))
        .withMessage("targets: expected 2×3, found 3");
  }
}
