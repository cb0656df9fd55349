package dev.lockstep.experiments.bench;

import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import dev.ludovic.netlib.blas.BLAS;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The matrix products of a batch, at the shapes that the network has, and nothing else: no program
 * that multiplies by this BLAS is faster.
 *
 * <p>An affine layer multiplies N×D by D×H, and in training D×N by N×H and N×H by H×D; a
 * convolution, for each image, F×K by K×P, F×P by P×K and K×F by F×P. The first layer of all passes
 * no gradient on.
 */
final class Products {

  private final BLAS blas;
  private final List<Product> products = new ArrayList<>();

  /** {@code c = a·b}, a being m×k and b k×n, so many times. */
  private static final class Product {
    private final int m;
    private final int n;
    private final int k;
    private final int times;
    private final double[] a;
    private final double[] b;
    private final double[] c;

    Product(int m, int n, int k, int times) {
      this.m = m;
      this.n = n;
      this.k = k;
      this.times = times;
      a = new double[m * k];
      b = new double[k * n];
      c = new double[m * n];
    }
  }

  Products(Experiment experiment, Task task, BLAS blas) {
    this.blas = blas;
    NetworkSpec network = experiment.network();
    int samples = experiment.training().batchSize();
    Map<String, Shape> inputs = network.inputShapes();
    Map<String, Shape> outputs = network.outputShapes();
    for (LayerSpec layer : network.allLayers()) {
      Shape input = Objects.requireNonNull(inputs.get(layer.name()));
      if (layer instanceof LayerSpec.Affine affine) {
        add(task, samples, affine.units(), input.size(), 1);
      } else if (layer instanceof LayerSpec.Convolution conv) {
        int elements = input.length(0) * conv.kernelHeight() * conv.kernelWidth();
        int positions = Objects.requireNonNull(outputs.get(layer.name())).size() / conv.filters();
        add(task, conv.filters(), positions, elements, samples);
      }
    }
  }

  /** Adds the forward product m×k by k×n, and those of the way back. */
  private void add(Task task, int m, int n, int k, int times) {
    boolean first = products.isEmpty();
    products.add(new Product(m, n, k, times));
    if (task == Task.TRAINING) {
      if (times == 1) {
        products.add(new Product(k, n, m, times));
      } else {
        products.add(new Product(m, k, n, times));
      }
      if (!first) {
        products.add(times == 1 ? new Product(m, k, n, times) : new Product(k, n, m, times));
      }
    }
  }

  double multiply() {
    double sum = 0;
    for (Product p : products) {
      for (int i = 0; i < p.times; i++) {
        // Column by column, as BLAS reads, a row-major matrix is its own transpose.
        blas.dgemm("N", "N", p.n, p.m, p.k, 1, p.b, 0, p.n, p.a, 0, p.k, 0, p.c, 0, p.n);
      }
      sum += p.c[0];
    }
    return sum;
  }
}
