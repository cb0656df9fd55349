package dev.lockstep.experiments.bench;

import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A matrix product that a network needs for a batch: m×k by k×n, so many times.
 *
 * <p>An affine layer multiplies N×D by D×H, and in training D×N by N×H and N×H by H×D; a
 * convolution, for each image, F×K by K×P, F×P by P×K and K×F by F×P. The first layer of all passes
 * no gradient on.
 */
record Product(int m, int n, int k, int times) {

  /** Returns the products of a batch in forward order of the layers. */
  static List<Product> of(Experiment experiment, Task task) {
    List<Product> products = new ArrayList<>();
    NetworkSpec network = experiment.network();
    int samples = experiment.training().batchSize();
    Map<String, Shape> inputs = network.inputShapes();
    Map<String, Shape> outputs = network.outputShapes();
    for (LayerSpec layer : network.allLayers()) {
      Shape input = Objects.requireNonNull(inputs.get(layer.name()));
      if (layer instanceof LayerSpec.Affine affine) {
        add(products, task, new Product(samples, affine.units(), input.size(), 1));
      } else if (layer instanceof LayerSpec.Convolution conv) {
        int elements = input.length(0) * conv.window().elements();
        int positions = Objects.requireNonNull(outputs.get(layer.name())).size() / conv.filters();
        add(products, task, new Product(conv.filters(), positions, elements, samples));
      }
    }
    return products;
  }

  /** Adds the product of a layer's forward pass, and those of its way back. */
  private static void add(List<Product> products, Task task, Product forward) {
    boolean first = products.isEmpty();
    products.add(forward);
    if (task == Task.TRAINING) {
      boolean affine = forward.times == 1;
      products.add(affine ? forward.intoSecond() : forward.intoFirst());
      if (!first) {
        products.add(affine ? forward.intoFirst() : forward.intoSecond());
      }
    }
  }

  /** Returns the product that gives the gradient of the first matrix. */
  private Product intoFirst() {
    return new Product(m, k, n, times);
  }

  /** Returns the product that gives the gradient of the second matrix. */
  private Product intoSecond() {
    return new Product(k, n, m, times);
  }

  /** Returns how many pairs of numbers are multiplied. */
  long multiplications() {
    return (long) m * n * k * times;
  }
}
