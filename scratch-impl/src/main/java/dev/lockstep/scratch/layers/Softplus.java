package dev.lockstep.scratch.layers;

/**
 * Softplus (Dugas et al. 2000), of any shape.
 *
 * <pre>
 * y = log(1 + exp(x))
 * dx = dout / (1 + exp(−x))
 * </pre>
 *
 * <p>DL4J: {@code ActivationLayer} with {@code Activation.SOFTPLUS}.
 */
public final class Softplus extends Activation {

  public Softplus(String name) {
    super(name);
  }

  @Override
  void function(double[] x, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Math.max(0, x[i]) + Math.log1p(Math.exp(-Math.abs(x[i])));
    }
  }

  @Override
  void derivative(double[] x, double[] y, double[] dout, double[] dx, int from, int to) {
    for (int i = from; i < to; i++) {
      dx[i] = dout[i] / (1 + Math.exp(-x[i]));
    }
  }
}
