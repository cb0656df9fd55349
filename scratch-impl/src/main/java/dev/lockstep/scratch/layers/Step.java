package dev.lockstep.scratch.layers;

/**
 * Step function (chapter 3), of any shape. Nothing in front of it can be learned.
 *
 * <pre>
 * y = 1 where x &gt; 0, otherwise 0
 * dx = 0
 * </pre>
 *
 * <p>DL4J has none.
 */
public final class Step extends Activation {

  public Step(String name) {
    super(name);
  }

  @Override
  public boolean worksInPlace() {
    return true;
  }

  @Override
  void function(double[] x, double[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = x[i] > 0 ? 1 : 0;
    }
  }

  @Override
  void derivative(double[] x, double[] y, double[] dout, double[] dx, int from, int to) {
    for (int i = from; i < to; i++) {
      dx[i] = 0;
    }
  }
}
