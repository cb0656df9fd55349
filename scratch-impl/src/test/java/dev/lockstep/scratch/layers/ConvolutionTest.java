package dev.lockstep.scratch.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.execution.Sequence;
import dev.lockstep.scratch.kernels.MatrixProduct;
import dev.lockstep.scratch.kernels.Windows;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConvolutionTest {

  private static Convolution convolution(Windows windows, int filters, double... weights) {
    Convolution layer = new Convolution("conv1", filters, windows, 0, MatrixProduct.pureJava());
    double[] w = layer.parameters().get(0).value().data();
    System.arraycopy(weights, 0, w, 0, w.length);
    return layer;
  }

  @Test
  void theBooksExample() {
    // Chapter 7: 4×4 image, 3×3 filter, bias 3; a cross-correlation, nothing is flipped.
    Convolution conv = convolution(new Windows(1, 4, 4, 3, 3, 1, 0), 1, 2, 0, 1, 0, 1, 2, 1, 0, 2);
    conv.parameters().get(1).value().data()[0] = 3;
    Tensor x = Tensor.of(Shape.of(1, 1, 4, 4), 1, 2, 3, 0, 0, 1, 2, 3, 3, 0, 1, 2, 2, 3, 0, 1);

    assertThat(new Sequence(List.of(conv)).forward(x, Pass.PREDICTION))
        .isEqualTo(Tensor.of(Shape.of(1, 1, 2, 2), 18, 19, 9, 18));
  }

  @Test
  void channelsAreSummedAndFiltersAreTheChannelsOfTheOutput() {
    // 1×1 windows: filter 0 adds the channels, filter 1 subtracts them.
    Convolution conv = convolution(new Windows(2, 1, 2, 1, 1, 1, 0), 2, 1, 1, 1, -1);
    Tensor x = Tensor.of(Shape.of(2, 2, 1, 2), 1, 2, 10, 20, 3, 4, 30, 40);

    assertThat(new Sequence(List.of(conv)).forward(x, Pass.PREDICTION))
        .isEqualTo(Tensor.of(Shape.of(2, 2, 1, 2), 11, 22, -9, -18, 33, 44, -27, -36));
  }

  @Test
  void anImageOfAnotherShapeIsRefused() {
    Convolution conv = convolution(new Windows(2, 1, 2, 1, 1, 1, 0), 1, 1, 1);

    assertThatThrownBy(
            () ->
                new Sequence(List.of(conv))
                    .forward(Tensor.zeros(Shape.of(3, 2, 2, 2)), Pass.PREDICTION))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("conv1/in: expected samples×2×1×2 with at least one sample, found 3×2×2×2");
  }

  @Test
  void aGradientOfAnotherShapeIsRefused() {
    Convolution conv = convolution(new Windows(2, 1, 2, 1, 1, 1, 0), 1, 1, 1);
    Sequence layers = new Sequence(List.of(conv));
    layers.forward(Tensor.zeros(Shape.of(3, 2, 1, 2)), Pass.PREDICTION);

    assertThatThrownBy(() -> layers.backward(Tensor.zeros(Shape.of(2, 1, 1, 2))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("conv1/out: expected 3×1×1×2, found 2×1×1×2");
  }
}
