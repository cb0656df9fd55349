package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;

/** What activations have in common: every element by itself, whatever the shape. */
abstract class Activation implements Layer {

  private final String name;

  Activation(String name) {
    this.name = name;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final boolean sampleBySample() {
    return true;
  }

  @Override
  public final Shape begin(Shape input, Pass pass) {
    return input;
  }

  @Override
  public final void forward(Samples x, Samples y) {
    function(x.data(), y.data(), x.start(0), x.start(x.count()));
  }

  @Override
  public final void backwardToInput(Samples x, Samples y, Samples dout, Samples dx) {
    derivative(x.data(), y.data(), dout.data(), dx.data(), x.start(0), x.start(x.count()));
  }

  /** Sets {@code y = f(x)} for the elements from … to − 1. */
  abstract void function(double[] x, double[] y, int from, int to);

  /** Sets {@code dx = dout · f'(x)} for the elements from … to − 1; y is f(x). */
  abstract void derivative(double[] x, double[] y, double[] dout, double[] dx, int from, int to);
}
