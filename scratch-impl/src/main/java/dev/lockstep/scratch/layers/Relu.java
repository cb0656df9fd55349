package dev.lockstep.scratch.layers;

/**
 * Rectified linear unit (chapters 3 and 5), of any shape.
 *
 * <pre>
 * y = max(0, x)
 * dx = dout where x &gt; 0, otherwise 0
 * </pre>
 *
 * <p>DL4J: {@code ActivationLayer} with {@code Activation.RELU}.
 */
public final class Relu extends Elementwise {

  public Relu(String name) {
    super(name);
  }

  @Override
  void function(double[] x, double[] y) {
    for (int i = 0; i < y.length; i++) {
      y[i] = Math.max(0, x[i]);
    }
  }

  @Override
  void derivative(double[] y, double[] dout, double[] dx) {
    for (int i = 0; i < dx.length; i++) {
      dx[i] = y[i] <= 0 ? 0 : dout[i];
    }
  }
}
