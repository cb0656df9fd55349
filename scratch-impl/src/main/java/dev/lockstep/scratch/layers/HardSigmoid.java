package dev.lockstep.scratch.layers;

/**
 * Hard sigmoid (Courbariaux et al. 2015), of any shape.
 *
 * <pre>
 * y = 0.2·x + 0.5, cut off below 0 and above 1
 * dx = 0.2·dout where −2.5 ≤ x ≤ 2.5, otherwise 0
 * </pre>
 *
 * <p>DL4J: {@code ActivationLayer} with {@code Activation.HARDSIGMOID}.
 */
public final class HardSigmoid extends Activation {

  private static final double SLOPE = 0.2;
  private static final double KINK = 2.5;

  public HardSigmoid(String name) {
    super(name);
  }

  @Override
  void function(double[] x, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Math.max(0, Math.min(1, SLOPE * x[i] + 0.5));
    }
  }

  @Override
  void derivative(double[] x, double[] y, double[] dout, double[] dx, int from, int to) {
    for (int i = from; i < to; i++) {
      dx[i] = Math.abs(x[i]) <= KINK ? SLOPE * dout[i] : 0;
    }
  }
}
