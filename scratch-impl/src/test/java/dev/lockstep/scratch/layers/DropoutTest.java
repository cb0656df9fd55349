package dev.lockstep.scratch.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.model.Observer;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.execution.Sequence;
import java.util.List;
import org.junit.jupiter.api.Test;

class DropoutTest {

  private static final Shape SHAPE = Shape.of(2, 2);
  private static final Tensor X = Tensor.of(SHAPE, 1, 2, 3, 4);
  private static final Tensor MASK = Tensor.of(SHAPE, 1, 0, 0, 1);

  private static Pass trainingWith(Tensor mask) {
    return Pass.training(
        (layer, ratio, shape) -> {
          assertThat(layer).isEqualTo("dropout1");
          assertThat(ratio).isEqualTo(.75);
          assertThat(shape).isEqualTo(SHAPE);
          return mask;
        },
        Observer.NONE);
  }

  @Test
  void theBooksFormKeepsInTrainingAndScalesInPrediction() {
    Sequence dropout = new Sequence(List.of(new Dropout("dropout1", .75, false)));

    assertThat(dropout.forward(X, trainingWith(MASK)).data()).containsExactly(1, 0, 0, 4);
    assertThat(dropout.backward(X).data()).containsExactly(1, 0, 0, 4);
    assertThat(dropout.forward(X, Pass.PREDICTION).data()).containsExactly(.25, .5, .75, 1);
  }

  @Test
  void theInvertedFormScalesInTrainingOnly() {
    Sequence dropout = new Sequence(List.of(new Dropout("dropout1", .75, true)));

    assertThat(dropout.forward(X, trainingWith(MASK)).data()).containsExactly(4, 0, 0, 16);
    assertThat(dropout.backward(X).data()).containsExactly(4, 0, 0, 16);
    assertThat(dropout.forward(X, Pass.PREDICTION).data()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void aMaskOfAnotherShapeIsRefused() {
    Sequence dropout = new Sequence(List.of(new Dropout("dropout1", .75, false)));

    assertThatThrownBy(() -> dropout.forward(X, trainingWith(Tensor.zeros(Shape.of(4)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dropout1/mask: expected 2×2, found 4");
  }
}
