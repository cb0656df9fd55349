package dev.lockstep.scratch.layers;

/**
 * Hyperbolic tangent (chapter 6), of any shape.
 *
 * <pre>
 * y = tanh(x)
 * dx = dout · (1 − y²)
 * </pre>
 *
 * <p>DL4J: {@code ActivationLayer} with {@code Activation.TANH}.
 */
public final class Tanh extends Activation {

  public Tanh(String name) {
    super(name);
  }

  @Override
  public boolean worksInPlace() {
    return true;
  }

  @Override
  void function(double[] x, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Math.tanh(x[i]);
    }
  }

  @Override
  void derivative(double[] x, double[] y, double[] dout, double[] dx, int from, int to) {
    for (int i = from; i < to; i++) {
      dx[i] = dout[i] * (1 - y[i] * y[i]);
    }
  }
}
