package dev.lockstep.scratch.layers;

/**
 * Identity (chapter 3), of any shape: {@code y = x}, {@code dx = dout}. DL4J: {@code
 * ActivationLayer} with {@code Activation.IDENTITY}.
 */
public final class Identity extends Elementwise {

  public Identity(String name) {
    super(name);
  }

  @Override
  void function(double[] x, double[] y, int from, int to) {
    System.arraycopy(x, from, y, from, to - from);
  }

  @Override
  void derivative(
      double[] y, int yFrom, double[] dout, int doutFrom, double[] dx, int dxFrom, int count) {
    System.arraycopy(dout, doutFrom, dx, dxFrom, count);
  }
}
