package dev.lockstep.scratch.layers;

/**
 * Scaled exponential linear unit (Klambauer et al. 2017), of any shape.
 *
 * <pre>
 * y = scale·x where x &gt; 0, otherwise scale·alpha·(exp(x) − 1)
 * dx = dout·scale where x &gt; 0, otherwise dout·scale·alpha·exp(x)
 * </pre>
 *
 * <p>DL4J: {@code ActivationLayer} with {@code Activation.SELU}.
 */
public final class Selu extends Activation {

  private static final double ALPHA = 1.6732632423543772;
  private static final double SCALE = 1.0507009873554805;

  public Selu(String name) {
    super(name);
  }

  @Override
  void function(double[] x, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = x[i] > 0 ? SCALE * x[i] : SCALE * ALPHA * (Math.exp(x[i]) - 1);
    }
  }

  @Override
  void derivative(double[] x, double[] y, double[] dout, double[] dx, int from, int to) {
    for (int i = from; i < to; i++) {
      dx[i] = dout[i] * (x[i] > 0 ? SCALE : SCALE * ALPHA * Math.exp(x[i]));
    }
  }
}
