package dev.lockstep.scratch.layers;

/**
 * Sigmoid (chapters 3 and 5), of any shape.
 *
 * <pre>
 * y = 1 / (1 + exp(−x))
 * dx = dout · y · (1 − y)
 * </pre>
 *
 * <p>DL4J: {@code ActivationLayer} with {@code Activation.SIGMOID}.
 */
public final class Sigmoid extends Elementwise {

  public Sigmoid(String name) {
    super(name);
  }

  @Override
  void function(double[] x, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = 1 / (1 + Math.exp(-x[i]));
    }
  }

  @Override
  void derivative(
      double[] y, int yFrom, double[] dout, int doutFrom, double[] dx, int dxFrom, int count) {
    for (int i = 0; i < count; i++) {
      double yi = y[yFrom + i];
      dx[dxFrom + i] = dout[doutFrom + i] * yi * (1 - yi);
    }
  }
}
