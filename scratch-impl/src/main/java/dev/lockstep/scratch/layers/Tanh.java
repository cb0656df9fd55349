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
public final class Tanh extends Elementwise {

  public Tanh(String name) {
    super(name);
  }

  @Override
  void function(double[] x, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Math.tanh(x[i]);
    }
  }

  @Override
  void derivative(
      double[] y, int yFrom, double[] dout, int doutFrom, double[] dx, int dxFrom, int count) {
    for (int i = 0; i < count; i++) {
      double yi = y[yFrom + i];
      dx[dxFrom + i] = dout[doutFrom + i] * (1 - yi * yi);
    }
  }
}
