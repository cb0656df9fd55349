package dev.lockstep.experiments.bench;

import dev.ludovic.netlib.blas.BLAS;
import java.util.List;

/**
 * The matrix products of a batch, at the shapes that the network has, and nothing else: no program
 * that multiplies by this BLAS is faster.
 */
final class Products {

  private final BLAS blas;
  private final List<Matrices> products;

  /** {@code c = a·b}, at the shapes of a product. */
  private static final class Matrices {
    private final Product shapes;
    private final double[] a;
    private final double[] b;
    private final double[] c;

    Matrices(Product shapes) {
      this.shapes = shapes;
      a = new double[shapes.m() * shapes.k()];
      b = new double[shapes.k() * shapes.n()];
      c = new double[shapes.m() * shapes.n()];
    }

    void multiply(BLAS blas) {
      int m = shapes.m();
      int n = shapes.n();
      int k = shapes.k();
      // Column by column, as BLAS reads, a row-major matrix is its own transpose.
      blas.dgemm("N", "N", n, m, k, 1, b, 0, n, a, 0, k, 0, c, 0, n);
    }
  }

  Products(List<Product> products, BLAS blas) {
    this.blas = blas;
    this.products = products.stream().map(Matrices::new).toList();
  }

  double multiply() {
    double sum = 0;
    for (Matrices product : products) {
      for (int i = 0; i < product.shapes.times(); i++) {
        product.multiply(blas);
      }
      sum += product.c[0];
    }
    return sum;
  }
}
