package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.kernels.Buffer;

/**
 * The squared losses of chapter 4, averaged over the batch; the network answers with the last
 * layer's output. y and t are N×C.
 *
 * <pre>
 * sum of squares: loss = 1/N · Σ ½ (y − t)²    dx = (y − t) / N
 * mean squared:   loss = 1/N · Σ (y − t)² / C   dx = 2 (y − t) / (N·C)
 * </pre>
 *
 * <p>DL4J: {@code LossMSE} is the mean squared one; {@code LossL2} has no ½.
 */
public final class SquaredLoss implements Loss {

  private final boolean mean;
  private final Buffer out = new Buffer();
  private final Buffer inputGradient = new Buffer();
  private Tensor y = Tensor.zeros(Shape.of(0));
  private Tensor t = Tensor.zeros(Shape.of(0));

  private SquaredLoss(boolean mean) {
    this.mean = mean;
  }

  /** {@code ½ Σ (y − t)²}. */
  public static SquaredLoss sumOfSquares() {
    return new SquaredLoss(false);
  }

  /** {@code Σ (y − t)² / C}. */
  public static SquaredLoss meanSquared() {
    return new SquaredLoss(true);
  }

  @Override
  public Tensor output(Tensor x) {
    y = out.of(x.shape());
    System.arraycopy(x.data(), 0, y.data(), 0, x.size());
    return y;
  }

  @Override
  public double value(Tensor t) {
    Require.shape("loss/targets", y.shape(), t);
    this.t = t;
    double sum = 0;
    for (int i = 0; i < y.size(); i++) {
      double difference = y.data()[i] - t.data()[i];
      sum += difference * difference;
    }
    return mean ? sum / y.size() : sum / 2 / samples();
  }

  @Override
  public Tensor backward() {
    Tensor dx = inputGradient.of(y.shape());
    double scale = mean ? 2.0 / y.size() : 1.0 / samples();
    for (int i = 0; i < dx.size(); i++) {
      dx.data()[i] = scale * (y.data()[i] - t.data()[i]);
    }
    return dx;
  }

  private int samples() {
    return y.shape().length(0);
  }
}
