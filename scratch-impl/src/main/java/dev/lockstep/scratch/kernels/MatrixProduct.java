package dev.lockstep.scratch.kernels;

import dev.ludovic.netlib.blas.BLAS;
import java.lang.reflect.Method;

/**
 * Products of row-major matrices by a BLAS ({@code dgemm}). The BLAS is chosen by whoever builds
 * the model, never by what the machine happens to have installed.
 *
 * <p>{@code dgemm} reads arrays column by column, which makes a row-major matrix its own transpose:
 * each product is computed as {@code cᵀ = bᵀ·aᵀ}, without moving a number.
 */
public final class MatrixProduct {

  /** The parts of a large product, whatever the number of threads: {@link Workers} says why. */
  private static final int PARTS = 2;

  /** From how many multiplications on a product is large: some tens of microseconds. */
  private static final long LARGE = 500_000;

  private final BLAS blas;
  private final Workers workers;

  /** Returns products that the caller's thread computes. */
  public MatrixProduct(BLAS blas) {
    this(blas, Workers.NONE);
  }

  /**
   * @param blas such as {@code NativeBLAS.getInstance()}, whose library the caller has chosen
   * @param workers share large products
   */
  public MatrixProduct(BLAS blas, Workers workers) {
    this.blas = blas;
    this.workers = workers;
  }

  /** Returns products in pure Java, the same on every machine. */
  public static MatrixProduct pureJava() {
    return new MatrixProduct(javaBlas());
  }

  /**
   * Returns the BLAS in pure Java. It is asked for by name: netlib takes one that sums in another
   * order where the JVM has the module {@code jdk.incubator.vector}, as Spark's executors do.
   */
  public static BLAS javaBlas() {
    try {
      Method instance =
          Class.forName("dev.ludovic.netlib.blas.Java11BLAS").getDeclaredMethod("getInstance");
      instance.setAccessible(true);
      return (BLAS) instance.invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("netlib has no BLAS in pure Java of this name", e);
    }
  }

  /** {@code c = a·b}: a is m×k, b is k×n, c is m×n. */
  public void multiply(int m, int n, int k, double[] a, double[] b, double[] c) {
    forRows(
        m,
        n * (long) k,
        (from, to) ->
            blas.dgemm("N", "N", n, to - from, k, 1, b, 0, n, a, from * k, k, 0, c, from * n, n));
  }

  /** {@code c = c + a·b}: a is m×k, b is k×n, c is m×n from its offset on. */
  public void add(int m, int n, int k, double[] a, double[] b, double[] c, int cOffset) {
    blas.dgemm("N", "N", n, m, k, 1, b, 0, n, a, 0, k, 1, c, cOffset, n);
  }

  /** {@code c = aᵀ·b}: a is k×m, b is k×n, c is m×n. */
  public void multiplyFirstTransposed(int m, int n, int k, double[] a, double[] b, double[] c) {
    forRows(
        m,
        n * (long) k,
        (from, to) ->
            blas.dgemm("N", "T", n, to - from, k, 1, b, 0, n, a, from, m, 0, c, from * n, n));
  }

  /** {@code c = aᵀ·b}: a is k×m, b is k×n from its offset on, c is m×n. */
  public void multiplyFirstTransposed(
      int m, int n, int k, double[] a, double[] b, int bOffset, double[] c) {
    blas.dgemm("N", "T", n, m, k, 1, b, bOffset, n, a, 0, m, 0, c, 0, n);
  }

  /** {@code c = a·bᵀ}: a is m×k, b is n×k, c is m×n. */
  public void multiplySecondTransposed(int m, int n, int k, double[] a, double[] b, double[] c) {
    forRows(
        m,
        n * (long) k,
        (from, to) ->
            blas.dgemm("T", "N", n, to - from, k, 1, b, 0, k, a, from * k, k, 0, c, from * n, n));
  }

  /** {@code c = c + a·bᵀ}: a is m×k from its offset on, b is n×k, c is m×n. */
  public void addSecondTransposed(
      int m, int n, int k, double[] a, int aOffset, double[] b, double[] c) {
    blas.dgemm("T", "N", n, m, k, 1, b, 0, k, a, aOffset, k, 1, c, 0, n);
  }

  private interface Rows {
    void compute(int from, int to);
  }

  /** Computes the rows of a product, all at once or in parts. */
  private void forRows(int rows, long multiplicationsPerRow, Rows part) {
    if (rows * multiplicationsPerRow < LARGE) {
      part.compute(0, rows);
    } else {
      workers.run(PARTS, i -> part.compute(i * rows / PARTS, (i + 1) * rows / PARTS));
    }
  }
}
