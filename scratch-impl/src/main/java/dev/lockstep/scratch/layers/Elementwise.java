package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;

/** A function of every element by itself, whose derivative can be told from its output. */
abstract class Elementwise implements Layer {

  private final String name;
  private final Buffer out = new Buffer();
  private final Buffer inputGradient = new Buffer();
  private Tensor y = Tensor.zeros(Shape.of(0));

  Elementwise(String name) {
    this.name = name;
  }

  /** Sets {@code y = f(x)}. */
  abstract void function(double[] x, double[] y);

  /** Sets {@code dx = dout · f'(x)}. */
  abstract void derivative(double[] y, double[] dout, double[] dx);

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final Tensor forward(Tensor x, Pass pass) {
    y = out.of(x.shape());
    function(x.data(), y.data());
    return y;
  }

  @Override
  public final Tensor backward(Tensor dout) {
    Require.shape(name + "/out", y.shape(), dout);
    Tensor dx = inputGradient.of(dout.shape());
    derivative(y.data(), dout.data(), dx.data());
    return dx;
  }
}
