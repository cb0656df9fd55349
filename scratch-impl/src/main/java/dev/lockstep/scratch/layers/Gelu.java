package dev.lockstep.scratch.layers;

/**
 * Gaussian error linear unit in its sigmoid approximation (Hendrycks and Gimpel 2016), of any
 * shape.
 *
 * <pre>
 * s = 1 / (1 + exp(−1.702·x))
 * y = x·s
 * dx = dout·s·(1 + 1.702·x·(1 − s))
 * </pre>
 *
 * <p>DL4J: {@code ActivationLayer} with {@code Activation.GELU}.
 */
public final class Gelu extends Activation {

  private static final double STEEPNESS = 1.702;

  public Gelu(String name) {
    super(name);
  }

  @Override
  void function(double[] x, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = x[i] / (1 + Math.exp(-STEEPNESS * x[i]));
    }
  }

  @Override
  void derivative(double[] x, double[] y, double[] dout, double[] dx, int from, int to) {
    for (int i = from; i < to; i++) {
      double s = 1 / (1 + Math.exp(-STEEPNESS * x[i]));
      dx[i] = dout[i] * s * (1 + STEEPNESS * x[i] * (1 - s));
    }
  }
}
