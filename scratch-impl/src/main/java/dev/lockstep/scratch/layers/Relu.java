package dev.lockstep.scratch.layers;

import dev.lockstep.scratch.kernels.Select;

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
public final class Relu extends Activation {

  public Relu(String name) {
    super(name);
  }

  @Override
  public boolean worksInPlace() {
    return true;
  }

  @Override
  void function(double[] x, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Math.max(0, x[i]);
    }
  }

  @Override
  void derivative(double[] x, double[] y, double[] dout, double[] dx, int from, int to) {
    for (int i = from; i < to; i++) {
      dx[i] = Select.ifPositive(x[i], dout[i]);
    }
  }
}
