package dev.lockstep.scratch.layers;

/**
 * Identity (chapter 3), of any shape: {@code y = x}, {@code dx = dout}. DL4J: {@code
 * ActivationLayer} with {@code Activation.IDENTITY}.
 */
public final class Identity extends Activation {

  public Identity(String name) {
    super(name);
  }

  @Override
  public boolean worksInPlace() {
    return true;
  }

  @Override
  void function(double[] x, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = x[i];
    }
  }

  @Override
  void derivative(double[] x, double[] y, double[] dout, double[] dx, int from, int to) {
    for (int i = from; i < to; i++) {
      dx[i] = dout[i];
    }
  }
}
