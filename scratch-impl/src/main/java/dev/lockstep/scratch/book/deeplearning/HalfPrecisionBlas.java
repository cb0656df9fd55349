package dev.lockstep.scratch.book.deeplearning;

import dev.ludovic.netlib.blas.BLAS;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Matrix products as hardware computes them that has nothing wider than 16 bits: every factor,
 * every product and every sum is rounded. A model on it rounds whatever enters an affine or
 * convolution layer; between two of these, ReLU and pooling by the maximum choose among numbers and
 * round none.
 */
public final class HalfPrecisionBlas {

  private HalfPrecisionBlas() {}

  /** Returns a BLAS that knows the product of matrices and nothing else. */
  public static BLAS instance() {
    return (BLAS)
        Proxy.newProxyInstance(
            BLAS.class.getClassLoader(),
            new Class<?>[] {BLAS.class},
            (proxy, method, arguments) -> {
              dgemm(method, arguments);
              return null;
            });
  }

  /** Computes {@code c = op(a)·op(b) + beta·c}, columns first; m × k times k × n. */
  private static void dgemm(Method method, Object[] arguments) {
    if (!method.getName().equals("dgemm") || arguments.length != 16 || (double) arguments[5] != 1) {
      throw new UnsupportedOperationException("half precision: " + method);
    }
    int m = (int) arguments[2];
    int n = (int) arguments[3];
    int k = (int) arguments[4];
    double[] rows = halves(arguments, 6, arguments[0].equals("T"), m, k);
    double[] columns = halves(arguments, 9, arguments[1].equals("N"), n, k);
    double beta = (double) arguments[12];
    double[] c = (double[]) arguments[13];
    int from = (int) arguments[14];
    int columnLength = (int) arguments[15];
    for (int column = 0; column < n; column++) {
      for (int row = 0; row < m; row++) {
        int at = from + column * columnLength + row;
        double sum = beta == 0 ? 0 : HalfPrecision.round(beta * c[at]);
        for (int i = 0; i < k; i++) {
          double product = HalfPrecision.round(rows[row * k + i] * columns[column * k + i]);
          sum = HalfPrecision.round(sum + product);
        }
        c[at] = sum;
      }
    }
  }

  /**
   * Returns a matrix rounded, one row after the other.
   *
   * @param at where array, offset and leading length stand among the arguments
   * @param rowsFirst true if the array holds it row by row
   */
  private static double[] halves(
      Object[] arguments, int at, boolean rowsFirst, int rows, int columns) {
    double[] matrix = (double[]) arguments[at];
    int from = (int) arguments[at + 1];
    int leading = (int) arguments[at + 2];
    double[] halves = new double[rows * columns];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int place = rowsFirst ? row * leading + column : column * leading + row;
        halves[row * columns + column] = HalfPrecision.round(matrix[from + place]);
      }
    }
    return halves;
  }
}
