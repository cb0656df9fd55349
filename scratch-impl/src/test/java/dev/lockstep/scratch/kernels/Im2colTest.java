package dev.lockstep.scratch.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class Im2colTest {

  static Stream<Windows> windows() {
    return Stream.of(
        new Windows(1, 4, 4, 2, 2, 2, 0),
        new Windows(2, 5, 4, 3, 2, 1, 0),
        new Windows(2, 5, 6, 3, 3, 1, 1),
        new Windows(3, 6, 5, 3, 3, 2, 2),
        new Windows(1, 7, 7, 2, 3, 3, 1),
        // lines of windows as long as those of the image, which are copied at once
        new Windows(2, 3, 4, 5, 5, 1, 2),
        new Windows(1, 1, 1, 3, 3, 1, 1),
        new Windows(2, 4, 3, 7, 7, 1, 3),
        new Windows(2, 3, 4, 1, 3, 1, 1),
        new Windows(2, 5, 4, 5, 3, 1, 1),
        new Windows(2, 4, 3, 2, 1, 1, 0),
        // a window as wide as image and pad, and images smaller than the window
        new Windows(2, 3, 3, 5, 5, 1, 1),
        new Windows(1, 1, 1, 3, 3, 2, 2),
        new Windows(1, 2, 1, 4, 4, 3, 3),
        // a pad of same after the image, strides and dilations of their own
        new Windows(2, line(5, 2, 1, 0, 1, 5), line(4, 2, 1, 0, 1, 4)),
        new Windows(2, line(7, 3, 1, 2, 2, 7), line(6, 2, 1, 1, 3, 5)),
        new Windows(1, line(6, 1, 2, 0, 1, 3), line(5, 3, 1, 1, 1, 5)),
        new Windows(1, line(3, 1, 1, 1, 1, 5), line(3, 1, 1, 1, 1, 5)));
  }

  private static Windows.Line line(
      int length, int window, int stride, int pad, int dilation, int count) {
    return new Windows.Line(length, window, stride, pad, dilation, count);
  }

  /** Element (c, ky, kx) of window (oy, ox), by definition. */
  private static double element(Windows w, double[] images, int from, int[] at) {
    int y = w.rows().first(at[3]) + at[1] * w.rows().dilation();
    int x = w.columns().first(at[4]) + at[2] * w.columns().dilation();
    boolean inside = y >= 0 && y < w.height() && x >= 0 && x < w.width();
    return inside ? images[from + (at[0] * w.height() + y) * w.width() + x] : 0;
  }

  private interface Visitor {
    void visit(int row, int column, int[] at);
  }

  private static void forEach(Windows w, Visitor visitor) {
    int row = 0;
    for (int c = 0; c < w.channels(); c++) {
      for (int ky = 0; ky < w.windowHeight(); ky++) {
        for (int kx = 0; kx < w.windowWidth(); kx++) {
          int column = 0;
          for (int oy = 0; oy < w.outHeight(); oy++) {
            for (int ox = 0; ox < w.outWidth(); ox++) {
              visitor.visit(row, column++, new int[] {c, ky, kx, oy, ox});
            }
          }
          row++;
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("windows")
  void columnsAreTheWindows(Windows w) {
    int from = 3;
    double[] images = random(from + w.imageSize());
    double[] col = random(w.elements() * w.count());

    new Im2col(w).toColumns(images, from, col);

    forEach(
        w,
        (row, column, at) ->
            assertThat(col[row * w.count() + column])
                .as("row %d, column %d", row, column)
                .isEqualTo(element(w, images, from, at)));
  }

  /**
   * As a linear map and its transpose: ⟨im2col(x), c⟩ = ⟨x, col2im(c)⟩, here element by element.
   */
  @ParameterizedTest
  @MethodSource("windows")
  void imagesAreTheSumsOfTheirColumns(Windows w) {
    int from = 3;
    // Small whole numbers: their sums are exact in any order.
    double[] col =
        new Random(2).ints(w.elements() * (long) w.count(), 1, 9).asDoubleStream().toArray();
    double[] images = random(from + w.imageSize());
    double[] before = images.clone();
    double[] expected = new double[w.imageSize()];
    forEach(
        w,
        (row, column, at) -> {
          int y = w.rows().first(at[3]) + at[1] * w.rows().dilation();
          int x = w.columns().first(at[4]) + at[2] * w.columns().dilation();
          if (y >= 0 && y < w.height() && x >= 0 && x < w.width()) {
            expected[(at[0] * w.height() + y) * w.width() + x] += col[row * w.count() + column];
          }
        });

    new Im2col(w).toImage(col, images, from);

    for (int i = 0; i < expected.length; i++) {
      assertThat(images[from + i]).as("element %d", i).isEqualTo(expected[i]);
    }
    assertThat(images).startsWith(before[0], before[1], before[2]);
  }

  @Test
  void windowsAreCountedAsTheBookDoes() {
    // Chapter 7: input 4×4, filter 3×3, pad 1, stride 1 → 4×4; 7×7, 3×3, stride 2 → 3×3;
    // 28×31, 5×5, pad 2, stride 3 → 10×11.
    assertThat(new Windows(1, 4, 4, 3, 3, 1, 1).count()).isEqualTo(16);
    assertThat(new Windows(1, 7, 7, 3, 3, 2, 0).count()).isEqualTo(9);
    Windows uneven = new Windows(1, 28, 31, 5, 5, 3, 2);
    assertThat(uneven.outHeight()).isEqualTo(10);
    assertThat(uneven.outWidth()).isEqualTo(11);
  }

  private static double[] random(int count) {
    return new Random(1).doubles(count, 1, 2).toArray();
  }
}
