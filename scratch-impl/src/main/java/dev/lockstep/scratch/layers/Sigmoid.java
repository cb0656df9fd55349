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
public final class Sigmoid extends Activation {

  public Sigmoid(String name) {
    super(name);
  }

  @Override
  public boolean worksInPlace() {
    return true;
  }

  @Override
  void function(double[] x, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = 1 / (1 + Math.exp(-x[i]));
    }
  }

  @Override
  void derivative(double[] x, double[] y, double[] dout, double[] dx, int from, int to) {
    for (int i = from; i < to; i++) {
      dx[i] = dout[i] * y[i] * (1 - y[i]);
    }
  }
}
