package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.kernels.Workers;
import java.util.List;

/**
 * A layer that computes each sample by itself. It is told of a pass before it starts and then takes
 * the samples slice by slice, so that a {@link Chain} of such layers can be passed through a few
 * samples at a time, and several slices at once.
 */
abstract class SampleWise implements Layer {

  private final Chain alone = new Chain(List.of(this), Workers.NONE);

  /**
   * Returns the shape of the output.
   *
   * @param x samples × input
   */
  abstract Shape outputShape(Tensor x);

  /** Begins a forward pass from x to y; they are the same tensor if {@link #worksInPlace}. */
  abstract void beginForward(Tensor x, Tensor y, Pass pass);

  /** Computes the output of some samples. */
  abstract void forward(Slice slice);

  /**
   * Begins a backward pass.
   *
   * @param dx {@link Samples#NONE} if nobody asks for the gradient with respect to the input
   */
  abstract void beginBackward(Samples dout, Samples dx);

  /** Goes back through some samples. */
  abstract void backward(Slice slice);

  /** Brings together what the slices have left of the parameters' gradients. */
  void finishBackward() {}

  /** Returns whether the output may take the place of the input. */
  boolean worksInPlace() {
    return false;
  }

  /** Returns whether the backward pass reads the output, which must be kept for it then. */
  boolean readsOutput() {
    return false;
  }

  @Override
  public final Tensor forward(Tensor x, Pass pass) {
    return alone.forward(x, pass.unobserved());
  }

  @Override
  public final Tensor backward(Tensor dout) {
    return alone.backward(dout, true);
  }

  @Override
  public final void backwardToParameters(Tensor dout) {
    alone.backward(dout, false);
  }
}
