package dev.lockstep.scratch.layers;

/**
 * Exponential linear unit (Clevert et al. 2015), of any shape.
 *
 * <pre>
 * y = x where x ≥ 0, otherwise alpha·(exp(x) − 1)
 * dx = dout where x ≥ 0, otherwise dout·alpha·exp(x)
 * </pre>
 *
 * <p>DL4J: {@code ActivationLayer} with {@code Activation.ELU}.
 */
public final class Elu extends Activation {

  private final double alpha;

  public Elu(String name, double alpha) {
    super(name);
    this.alpha = alpha;
  }

  @Override
  void function(double[] x, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = x[i] >= 0 ? x[i] : alpha * (Math.exp(x[i]) - 1);
    }
  }

  @Override
  void derivative(double[] x, double[] y, double[] dout, double[] dx, int from, int to) {
    for (int i = from; i < to; i++) {
      dx[i] = x[i] >= 0 ? dout[i] : dout[i] * alpha * Math.exp(x[i]);
    }
  }
}
