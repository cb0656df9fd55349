package dev.lockstep.scratch.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.kernels.Windows;
import dev.lockstep.scratch.layers.MaxPooling;
import dev.lockstep.scratch.layers.Pass;
import dev.lockstep.scratch.layers.Relu;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nobody can tell from a result whether the layers were passed through one by one. */
class SequenceTest {

  private static final int SAMPLES = 7;

  private static final Masks NO_MASKS =
      (layer, ratio, shape) -> {
        throw new IllegalStateException("no dropout here");
      };

  private static final Observer WATCHING =
      new Observer() {
        @Override
        public boolean watches() {
          return true;
        }

        @Override
        public void observe(Phase phase, String path, Supplier<Tensor> tensor) {}
      };

  static Stream<Windows> windows() {
    return Stream.of(
        new Windows(2, 6, 4, 2, 2, 2, 0),
        new Windows(2, 5, 5, 3, 3, 1, 0),
        new Windows(1, 5, 4, 3, 2, 2, 1),
        new Windows(3, 4, 4, 2, 2, 1, 1));
  }

  /** Few values, so that windows have ties, and all of some elements are below zero. */
  private static Tensor values(Shape shape, long seed) {
    double[] few = {-2, -1, -0.0, 0.0, 1, 2};
    Random random = new Random(seed);
    return Tensor.of(
        shape, random.ints(shape.size(), 0, few.length).mapToDouble(i -> few[i]).toArray());
  }

  @ParameterizedTest
  @MethodSource("windows")
  void aReluAndAMaxPoolingGiveTheSameBits(Windows w) {
    Tensor x = values(Shape.of(SAMPLES, w.channels(), w.height(), w.width()), 1);
    List<Tensor> results =
        Stream.of(WATCHING, Observer.NONE)
            .flatMap(
                observer -> {
                  Sequence layers =
                      new Sequence(
                          List.of(
                              new Relu("relu1"), new MaxPooling("pool1", w), new Relu("relu2")));
                  Tensor y = layers.forward(x, Pass.training(NO_MASKS, observer)).copy();
                  Tensor dx = layers.backward(values(y.shape(), 2));
                  return Stream.of(y, dx);
                })
            .toList();

    assertThat(results.get(2)).isEqualTo(results.get(0));
    assertThat(results.get(3)).isEqualTo(results.get(1));
    assertThat(results.get(3).data()).contains(1, -1);
  }
}
