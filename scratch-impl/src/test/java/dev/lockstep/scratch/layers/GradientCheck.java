package dev.lockstep.scratch.layers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.execution.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;

/** Holds the backward pass of a layer against central differences of its forward pass. */
final class GradientCheck {

  /** The project's bound for double precision, relative to the largest entry of the gradient. */
  static final double TOLERANCE = 1e-6;

  /** Where the error of the difference, of order h², and that of rounding, 1e-16/h, are alike. */
  private static final double H = 1e-5;

  private final Random random = new Random(42);
  private final Masks masks;

  GradientCheck(Masks masks) {
    this.masks = masks;
  }

  GradientCheck() {
    this(
        (layer, ratio, shape) -> {
          throw new AssertionError(layer + " asks for a mask");
        });
  }

  /** Returns numbers between −1 and 1 that keep their distance from 0, where ReLU has its kink. */
  Tensor input(Shape shape) {
    Tensor x = Tensor.zeros(shape);
    for (int i = 0; i < x.size(); i++) {
      double value = 0.01 + 0.99 * random.nextDouble();
      x.data()[i] = random.nextBoolean() ? value : -value;
    }
    return x;
  }

  /**
   * Checks the gradients of {@code Σ weight · y}, with a random weight per element of y, with
   * respect to the input and every parameter.
   */
  void check(Layer layer, Tensor x) {
    Sequence layers = new Sequence(List.of(layer));
    List<Parameter> parameters = new ArrayList<>();
    layers.forEach(inner -> parameters.addAll(inner.parameters()));
    parameters.forEach(parameter -> fill(parameter.value()));
    Tensor weights = input(forward(layers, x).shape());
    Tensor dx = layers.backward(weights).copy();
    assertThat(dx.shape()).isEqualTo(x.shape());

    DoubleSupplier sum = () -> sumOfProducts(forward(layers, x), weights);
    assertClose(layer.name() + "/in", dx, numericalGradient(sum, x));
    for (Parameter parameter : parameters) {
      Tensor gradient = parameter.gradient().copy();
      assertClose(parameter.path(), gradient, numericalGradient(sum, parameter.value()));
    }
  }

  private void fill(Tensor tensor) {
    System.arraycopy(input(tensor.shape()).data(), 0, tensor.data(), 0, tensor.size());
  }

  private Tensor forward(Sequence layers, Tensor x) {
    return layers.forward(x, Pass.training(masks, Observer.NONE));
  }

  private static double sumOfProducts(Tensor a, Tensor b) {
    double sum = 0;
    for (int i = 0; i < a.size(); i++) {
      sum += a.data()[i] * b.data()[i];
    }
    return sum;
  }

  /** Returns {@code (f(x+h) − f(x−h)) / 2h} for every element of x, which f reads. */
  static Tensor numericalGradient(DoubleSupplier f, Tensor x) {
    Tensor gradient = Tensor.zeros(x.shape());
    for (int i = 0; i < x.size(); i++) {
      double original = x.data()[i];
      x.data()[i] = original + H;
      double above = f.getAsDouble();
      x.data()[i] = original - H;
      double below = f.getAsDouble();
      x.data()[i] = original;
      gradient.data()[i] = (above - below) / (2 * H);
    }
    return gradient;
  }

  static void assertClose(String path, Tensor actual, Tensor expected) {
    assertThat(actual.shape()).as(path).isEqualTo(expected.shape());
    double bound = TOLERANCE * expected.largestMagnitude();
    for (int i = 0; i < actual.size(); i++) {
      assertThat(Math.abs(actual.data()[i] - expected.data()[i]))
          .as("%s element %d: %s against %s", path, i, actual.data()[i], expected.data()[i])
          .isLessThanOrEqualTo(bound);
    }
  }
}
