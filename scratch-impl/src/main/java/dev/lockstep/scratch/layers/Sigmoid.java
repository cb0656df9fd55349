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
  void function(double[] x, double[] y) {
    for (int i = 0; i < y.length; i++) {
      y[i] = 1 / (1 + Math.exp(-x[i]));
    }
  }

  @Override
  void derivative(double[] y, double[] dout, double[] dx) {
    for (int i = 0; i < dx.length; i++) {
      dx[i] = dout[i] * y[i] * (1 - y[i]);
    }
  }
}
