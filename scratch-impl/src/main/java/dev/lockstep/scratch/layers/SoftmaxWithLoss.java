package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.kernels.Buffer;

/**
 * Softmax and cross entropy in one (chapters 3 to 5). x, y and t are N×C.
 *
 * <pre>
 * y = exp(x − max x) / Σ exp(x − max x)        row by row
 * loss = −1/N · Σ t · log(y + stabilizer)
 * dx = (y − t) / N
 * </pre>
 *
 * <p>The backward pass is that of the loss without the stabilizer, as the book's. DL4J: {@code
 * LossMCXENT} with {@code Activation.SOFTMAX}.
 */
public final class SoftmaxWithLoss implements Loss {

  private final double stabilizer;
  private final Buffer out = new Buffer();
  private final Buffer inputGradient = new Buffer();
  private Tensor y = Tensor.zeros(Shape.of(0));
  private Tensor t = Tensor.zeros(Shape.of(0));

  /**
   * @param stabilizer keeps the logarithm finite, 1e-7 in the book
   */
  public SoftmaxWithLoss(double stabilizer) {
    this.stabilizer = stabilizer;
  }

  @Override
  public Tensor output(Tensor x) {
    y = out.of(x.shape());
    int samples = x.shape().length(0);
    int classes = x.size() / samples;
    for (int row = 0; row < samples; row++) {
      softmax(x.data(), row * classes, (row + 1) * classes, y.data());
    }
    return y;
  }

  private static void softmax(double[] x, int from, int to, double[] y) {
    double max = x[from];
    for (int i = from + 1; i < to; i++) {
      max = Math.max(max, x[i]);
    }
    double sum = 0;
    for (int i = from; i < to; i++) {
      y[i] = Math.exp(x[i] - max);
      sum += y[i];
    }
    for (int i = from; i < to; i++) {
      y[i] /= sum;
    }
  }

  @Override
  public double value(Tensor t) {
    Require.shape("loss/targets", y.shape(), t);
    this.t = t;
    double sum = 0;
    for (int i = 0; i < y.size(); i++) {
      if (t.data()[i] != 0) {
        sum -= t.data()[i] * Math.log(y.data()[i] + stabilizer);
      }
    }
    return sum / y.shape().length(0);
  }

  @Override
  public Tensor backward() {
    Tensor dx = inputGradient.of(y.shape());
    int samples = y.shape().length(0);
    for (int i = 0; i < dx.size(); i++) {
      dx.data()[i] = (y.data()[i] - t.data()[i]) / samples;
    }
    return dx;
  }
}
