package dev.lockstep.scratch.layers;

/**
 * Swish (Ramachandran et al. 2017), of any shape.
 *
 * <pre>
 * s = 1 / (1 + exp(−x))
 * y = x·s
 * dx = dout·s·(1 + x·(1 − s))
 * </pre>
 *
 * <p>DL4J: {@code ActivationLayer} with {@code Activation.SWISH}.
 */
public final class Swish extends Activation {

  public Swish(String name) {
    super(name);
  }

  @Override
  void function(double[] x, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = x[i] / (1 + Math.exp(-x[i]));
    }
  }

  @Override
  void derivative(double[] x, double[] y, double[] dout, double[] dx, int from, int to) {
    for (int i = from; i < to; i++) {
      double s = 1 / (1 + Math.exp(-x[i]));
      dx[i] = dout[i] * s * (1 + x[i] * (1 - s));
    }
  }
}
