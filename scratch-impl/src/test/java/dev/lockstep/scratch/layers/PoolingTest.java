package dev.lockstep.scratch.layers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.execution.Sequence;
import dev.lockstep.scratch.kernels.Windows;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoolingTest {

  private static Tensor image(int height, int width, double... values) {
    return Tensor.of(Shape.of(1, 1, height, width), values);
  }

  private static Sequence max(int height, int width, int window, int stride, int pad) {
    return new Sequence(
        List.of(
            new MaxPooling("pool1", new Windows(1, height, width, window, window, stride, pad))));
  }

  private static Sequence average(int height, int width, int window, int stride, int pad) {
    return new Sequence(
        List.of(
            new AveragePooling(
                "pool1", new Windows(1, height, width, window, window, stride, pad))));
  }

  @Test
  void maximumOfTheBook() {
    // Chapter 7's 4×4 figure, window 2, stride 2.
    Tensor x = image(4, 4, 1, 2, 1, 0, 0, 1, 2, 3, 3, 0, 1, 2, 2, 4, 0, 1);

    Tensor y = max(4, 4, 2, 2, 0).forward(x, Pass.PREDICTION);

    assertThat(y).isEqualTo(image(2, 2, 2, 3, 4, 2));
  }

  @Test
  void ofEqualElementsTheFirstReceivesTheGradient() {
    Sequence pool = max(2, 4, 2, 2, 0);
    pool.forward(image(2, 4, 1, 7, 0, 0, 7, 7, 0, 0), Pass.PREDICTION);

    assertThat(pool.backward(image(1, 2, 5, 6))).isEqualTo(image(2, 4, 0, 5, 6, 0, 0, 0, 0, 0));
  }

  @Test
  void overlappingWindowsAddTheirGradients() {
    Sequence pool = max(3, 3, 2, 1, 0);
    pool.forward(image(3, 3, 0, 1, 0, 2, 9, 3, 0, 4, 0), Pass.PREDICTION);

    assertThat(pool.backward(image(2, 2, 1, 10, 100, 1000)))
        .isEqualTo(image(3, 3, 0, 0, 0, 0, 1111, 0, 0, 0, 0));
  }

  @Test
  void aPaddedElementCountsAsZero() {
    Sequence pool = max(2, 2, 2, 2, 1);

    Tensor y = pool.forward(image(2, 2, -1, 2, 0, -3), Pass.PREDICTION);

    // Windows around the corners: (0 0 0 −1), (0 0 2 0), (0 0 0 0), (−3 0 0 0).
    assertThat(y).isEqualTo(image(2, 2, 0, 2, 0, 0));
    // The padding wins the first, the third (before the image's own 0) and the last.
    assertThat(pool.backward(image(2, 2, 1, 10, 100, 1000))).isEqualTo(image(2, 2, 0, 10, 0, 0));
  }

  @Test
  void anElementBeforePaddingThatEqualsItWins() {
    Sequence pool = max(2, 2, 2, 2, 1);
    pool.forward(image(2, 2, -1, -1, -1, 0), Pass.PREDICTION);

    // The last window starts with the image's 0.
    assertThat(pool.backward(image(2, 2, 1, 10, 100, 1000))).isEqualTo(image(2, 2, 0, 0, 0, 1000));
  }

  @Test
  void whatNoWindowReachesIsLeftOut() {
    Sequence pool = max(3, 3, 2, 2, 0);

    assertThat(pool.forward(image(3, 3, 1, 2, 9, 3, 4, 9, 9, 9, 9), Pass.PREDICTION))
        .isEqualTo(image(1, 1, 4));
    assertThat(pool.backward(image(1, 1, 5))).isEqualTo(image(3, 3, 0, 0, 0, 0, 5, 0, 0, 0, 0));
  }

  @Test
  void theMeanIsThatOfTheWholeWindow() {
    Sequence pool = average(2, 2, 2, 2, 0);

    assertThat(pool.forward(image(2, 2, 1, 2, 3, 10), Pass.PREDICTION)).isEqualTo(image(1, 1, 4));
    assertThat(pool.backward(image(1, 1, 8))).isEqualTo(image(2, 2, 2, 2, 2, 2));
  }

  @Test
  void paddedElementsAreCountedIntoTheMean() {
    Sequence pool = average(2, 2, 2, 2, 1);

    assertThat(pool.forward(image(2, 2, 4, 8, 12, 16), Pass.PREDICTION))
        .isEqualTo(image(2, 2, 1, 2, 3, 4));
  }
}
