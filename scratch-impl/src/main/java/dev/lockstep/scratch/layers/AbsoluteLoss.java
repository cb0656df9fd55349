package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.kernels.Buffer;

/**
 * Absolute errors, averaged over the batch; the network answers with the last layer's output. y and
 * t are N×C.
 *
 * <pre>
 * sum of absolutes: loss = 1/N · Σ |y − t|       dx = sign(y − t) / N
 * mean absolute:    loss = 1/N · Σ |y − t| / C   dx = sign(y − t) / (N·C)
 * </pre>
 *
 * <p>DL4J: {@code LossL1} and {@code LossMAE}.
 */
public final class AbsoluteLoss implements Loss {

  private final boolean mean;
  private final Buffer inputGradient = new Buffer();
  private Tensor y = Tensor.zeros(Shape.of(0));
  private Tensor t = Tensor.zeros(Shape.of(0));

  /**
   * @param mean whether each sample's error is divided by the number of outputs
   */
  public AbsoluteLoss(boolean mean) {
    this.mean = mean;
  }

  @Override
  public Tensor output(Tensor x) {
    y = x;
    return y;
  }

  @Override
  public double value(Tensor t) {
    Require.shape("loss/targets", y.shape(), t);
    this.t = t;
    double sum = 0;
    for (int i = 0; i < y.size(); i++) {
      sum += Math.abs(y.data()[i] - t.data()[i]);
    }
    return sum / divisor();
  }

  @Override
  public Tensor backward() {
    Tensor dx = inputGradient.of(y.shape());
    for (int i = 0; i < dx.size(); i++) {
      dx.data()[i] = Math.signum(y.data()[i] - t.data()[i]) / divisor();
    }
    return dx;
  }

  private double divisor() {
    return mean ? y.size() : y.shape().length(0);
  }
}
