package dev.lockstep.scratch.kernels;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;

/**
 * Products of row-major matrices by a BLAS ({@code dgemm}). The BLAS is chosen by whoever builds
 * the model, never by what the machine happens to have installed.
 *
 * <p>{@code dgemm} reads arrays column by column, which makes a row-major matrix its own transpose:
 * each product is computed as {@code cᵀ = bᵀ·aᵀ}, without moving a number.
 */
public final class MatrixProduct {

  private final BLAS blas;

  /**
   * @param blas such as {@code NativeBLAS.getInstance()}, whose library the caller has chosen
   */
  public MatrixProduct(BLAS blas) {
    this.blas = blas;
  }

  /** Returns products in pure Java, the same on every machine. */
  public static MatrixProduct pureJava() {
    return new MatrixProduct(JavaBLAS.getInstance());
  }

  /** Returns the name of the BLAS, such as {@code Java11BLAS} or {@code JNIBLAS}. */
  public String blasName() {
    return blas.getClass().getSimpleName();
  }

  /** {@code c = a·b}: a is m×k, b is k×n, c is m×n. */
  public void multiply(int m, int n, int k, double[] a, double[] b, double[] c) {
    multiply(m, n, k, a, 0, b, 0, 0, c, 0);
  }

  /**
   * {@code c = a·b + beta·c}: a is m×k, b is k×n, c is m×n, each from its offset on.
   *
   * @param beta 0: what c held before is not read
   */
  public void multiply(
      int m,
      int n,
      int k,
      double[] a,
      int aOffset,
      double[] b,
      int bOffset,
      double beta,
      double[] c,
      int cOffset) {
    blas.dgemm("N", "N", n, m, k, 1, b, bOffset, n, a, aOffset, k, beta, c, cOffset, n);
  }

  /** {@code c = aᵀ·b}: a is k×m, b is k×n, c is m×n. */
  public void multiplyFirstTransposed(int m, int n, int k, double[] a, double[] b, double[] c) {
    multiplyFirstTransposed(m, n, k, a, 0, b, 0, 0, c, 0);
  }

  /** {@code c = aᵀ·b + beta·c}: a is k×m, b is k×n, c is m×n, each from its offset on. */
  public void multiplyFirstTransposed(
      int m,
      int n,
      int k,
      double[] a,
      int aOffset,
      double[] b,
      int bOffset,
      double beta,
      double[] c,
      int cOffset) {
    blas.dgemm("N", "T", n, m, k, 1, b, bOffset, n, a, aOffset, m, beta, c, cOffset, n);
  }

  /** {@code c = a·bᵀ}: a is m×k, b is n×k, c is m×n. */
  public void multiplySecondTransposed(int m, int n, int k, double[] a, double[] b, double[] c) {
    multiplySecondTransposed(m, n, k, a, 0, b, 0, 0, c, 0);
  }

  /** {@code c = a·bᵀ + beta·c}: a is m×k, b is n×k, c is m×n, each from its offset on. */
  public void multiplySecondTransposed(
      int m,
      int n,
      int k,
      double[] a,
      int aOffset,
      double[] b,
      int bOffset,
      double beta,
      double[] c,
      int cOffset) {
    blas.dgemm("T", "N", n, m, k, 1, b, bOffset, k, a, aOffset, k, beta, c, cOffset, n);
  }
}
