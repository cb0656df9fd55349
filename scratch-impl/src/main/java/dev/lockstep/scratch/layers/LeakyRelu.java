package dev.lockstep.scratch.layers;

/**
 * Leaky rectified linear unit (Maas et al. 2013), of any shape.
 *
 * <pre>
 * y = x where x ≥ 0, otherwise slope·x
 * dx = dout where x ≥ 0, otherwise slope·dout
 * </pre>
 *
 * <p>DL4J: {@code ActivationLayer} with {@code Activation.LEAKYRELU}.
 */
public final class LeakyRelu extends Activation {

  private final double slope;

  public LeakyRelu(String name, double slope) {
    super(name);
    this.slope = slope;
  }

  @Override
  void function(double[] x, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = x[i] >= 0 ? x[i] : slope * x[i];
    }
  }

  @Override
  void derivative(double[] x, double[] y, double[] dout, double[] dx, int from, int to) {
    for (int i = from; i < to; i++) {
      dx[i] = x[i] >= 0 ? dout[i] : slope * dout[i];
    }
  }
}
