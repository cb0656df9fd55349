package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.scratch.kernels.Slice;
import org.jspecify.annotations.Nullable;

/** What activations have in common: every element by itself, whatever the shape. */
abstract class Activation implements Layer {

  private final String name;
  private final @Nullable Aligned[] aligned = new Aligned[Slice.COUNT];

  Activation(String name) {
    this.name = name;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final boolean sampleBySample() {
    return true;
  }

  @Override
  public final boolean readsOutput() {
    return true;
  }

  @Override
  public final Shape begin(Shape input, Pass pass) {
    return input;
  }

  @Override
  public final void forward(Samples x, Samples y) {
    function(x.data(), y.data(), x.start(0), x.start(x.count()));
  }

  @Override
  public final void backwardToInput(Samples x, Samples y, Samples dout, Samples dx) {
    int from = x.start(0);
    if (dout.start(0) == from && dx.start(0) == from) {
      derivative(x.data(), y.data(), dout.data(), dx.data(), from, x.start(x.count()));
    } else {
      Aligned block = aligned(dx.slice());
      for (int i = 0; i < dx.size(); i += Aligned.SIZE) {
        int count = Math.min(Aligned.SIZE, dx.size() - i);
        System.arraycopy(x.data(), from + i, block.x, 0, count);
        System.arraycopy(y.data(), from + i, block.y, 0, count);
        System.arraycopy(dout.data(), dout.start(0) + i, block.dout, 0, count);
        derivative(block.x, block.y, block.dout, block.dx, 0, count);
        System.arraycopy(block.dx, 0, dx.data(), dx.start(0) + i, count);
      }
    }
  }

  private Aligned aligned(Slice slice) {
    Aligned own = aligned[slice.index()];
    if (own == null) {
      own = new Aligned();
      aligned[slice.index()] = own;
    }
    return own;
  }

  /** Sets {@code y = f(x)} for the elements from … to − 1. */
  abstract void function(double[] x, double[] y, int from, int to);

  /** Sets {@code dx = dout · f'(x)} for the elements from … to − 1; y is f(x). */
  abstract void derivative(double[] x, double[] y, double[] dout, double[] dx, int from, int to);

  /**
   * Elements that stand elsewhere in each array, side by side: only then does the JVM make vector
   * code of a loop over them.
   */
  private static final class Aligned {

    /** Four arrays of them stay in a usual first-level cache. */
    private static final int SIZE = 512;

    private final double[] x = new double[SIZE];
    private final double[] y = new double[SIZE];
    private final double[] dout = new double[SIZE];
    private final double[] dx = new double[SIZE];
  }
}
