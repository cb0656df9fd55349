package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.kernels.Buffer;

/**
 * Sigmoid and binary cross entropy in one: each output is a yes or no of its own. x, y and t are
 * N×C.
 *
 * <pre>
 * y = 1 / (1 + exp(−x))
 * loss = −1/N · Σ t · log(y + stabilizer) + (1 − t) · log(1 − y + stabilizer)
 * dx = (y − t) / N
 * </pre>
 *
 * <p>The backward pass is that of the loss without the stabilizer, as {@link SoftmaxWithLoss}'s is.
 * DL4J: {@code LossBinaryXENT} with {@code Activation.SIGMOID}.
 */
public final class SigmoidWithLoss implements Loss {

  private final double stabilizer;
  private final Buffer out = new Buffer();
  private final Buffer inputGradient = new Buffer();
  private Tensor y = Tensor.zeros(Shape.of(0));
  private Tensor t = Tensor.zeros(Shape.of(0));

  /**
   * @param stabilizer keeps the logarithms finite
   */
  public SigmoidWithLoss(double stabilizer) {
    this.stabilizer = stabilizer;
  }

  @Override
  public Tensor output(Tensor x) {
    y = out.of(x.shape());
    for (int i = 0; i < y.size(); i++) {
      y.data()[i] = 1 / (1 + Math.exp(-x.data()[i]));
    }
    return y;
  }

  @Override
  public double value(Tensor t) {
    Require.shape("loss/targets", y.shape(), t);
    this.t = t;
    double sum = 0;
    for (int i = 0; i < y.size(); i++) {
      double target = t.data()[i];
      sum -= target == 0 ? 0 : target * Math.log(y.data()[i] + stabilizer);
      sum -= target == 1 ? 0 : (1 - target) * Math.log(1 - y.data()[i] + stabilizer);
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
