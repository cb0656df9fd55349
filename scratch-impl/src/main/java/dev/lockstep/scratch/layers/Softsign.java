package dev.lockstep.scratch.layers;

/**
 * Softsign (Bergstra et al. 2009), of any shape.
 *
 * <pre>
 * y = x / (1 + |x|)
 * dx = dout / (1 + |x|)²
 * </pre>
 *
 * <p>DL4J: {@code ActivationLayer} with {@code Activation.SOFTSIGN}.
 */
public final class Softsign extends Activation {

  public Softsign(String name) {
    super(name);
  }

  @Override
  void function(double[] x, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = x[i] / (1 + Math.abs(x[i]));
    }
  }

  @Override
  void derivative(double[] x, double[] y, double[] dout, double[] dx, int from, int to) {
    for (int i = from; i < to; i++) {
      dx[i] = dout[i] / ((1 + Math.abs(x[i])) * (1 + Math.abs(x[i])));
    }
  }
}
