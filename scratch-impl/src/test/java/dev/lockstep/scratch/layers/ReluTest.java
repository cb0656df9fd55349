package dev.lockstep.scratch.layers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.execution.Sequence;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReluTest {

  @Test
  void theDerivativeAtZeroIsZero() {
    Sequence relu = new Sequence(List.of(new Relu("relu1")));
    Tensor y = relu.forward(Tensor.of(Shape.of(1, 4), -1, -0.0, 0, 2), Pass.PREDICTION);

    assertThat(y.data()).usingComparatorWithPrecision(0.0).containsExactly(0, 0, 0, 2);
    assertThat(relu.backward(Tensor.of(Shape.of(1, 4), 5, 6, 7, 8)).data())
        .containsExactly(0, 0, 0, 8);
  }

  @Test
  void notANumberIsNotHidden() {
    Tensor y =
        new Sequence(List.of(new Relu("relu1")))
            .forward(Tensor.of(Shape.of(1, 1), Double.NaN), Pass.PREDICTION);

    assertThat(y.data()[0]).isNaN();
  }
}
