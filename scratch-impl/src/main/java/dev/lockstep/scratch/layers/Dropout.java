package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;

/**
 * Dropout (Srivastava et al. 2014; chapter 6), of any shape. The mask, 1 for kept and 0 for
 * dropped, comes from outside.
 *
 * <pre>
 * the book's:  training y = x · mask             prediction y = x · (1 − ratio)
 * inverted:    training y = x · mask/(1 − ratio) prediction y = x
 * </pre>
 *
 * <p>Backward, {@code dx} is {@code dout} times what {@code x} was multiplied by. DL4J's {@code
 * DropoutLayer} is inverted and takes the share that is kept.
 */
public final class Dropout extends SampleWise {

  private final String name;
  private final double ratio;
  private final double trainingScale;
  private final double predictionScale;
  private boolean training;
  private Tensor mask = Tensor.zeros(Shape.of(0));
  private Tensor x = mask;
  private Tensor y = mask;
  private Samples dout = Samples.NONE;
  private Samples dx = Samples.NONE;

  /**
   * @param ratio the share that is dropped
   * @param inverted whether the scaling takes place in training
   */
  public Dropout(String name, double ratio, boolean inverted) {
    this.name = name;
    this.ratio = ratio;
    this.trainingScale = inverted ? 1 / (1 - ratio) : 1;
    this.predictionScale = inverted ? 1 : 1 - ratio;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  boolean worksInPlace() {
    return true;
  }

  @Override
  Shape outputShape(Tensor x) {
    return x.shape();
  }

  @Override
  void beginForward(Tensor x, Tensor y, Pass pass) {
    this.x = x;
    this.y = y;
    training = pass.training();
    if (training) {
      mask = pass.masks().mask(name, ratio, x.shape());
      Require.shape(name + "/mask", x.shape(), mask);
    }
  }

  @Override
  void forward(Slice slice) {
    int size = x.size() / x.shape().length(0);
    int from = slice.from() * size;
    int count = slice.samples() * size;
    if (training) {
      applyMask(from, x.data(), from, y.data(), from, count);
    } else {
      for (int i = from; i < from + count; i++) {
        y.data()[i] = x.data()[i] * predictionScale;
      }
    }
  }

  @Override
  void beginBackward(Samples dout, Samples dx) {
    this.dout = dout;
    this.dx = dx;
  }

  @Override
  void backward(Slice slice) {
    if (dx != Samples.NONE) {
      int first = slice.from();
      applyMask(
          first * dx.size(),
          dout.data(),
          dout.start(slice, first),
          dx.data(),
          dx.start(slice, first),
          slice.samples() * dx.size());
    }
  }

  private void applyMask(
      int maskFrom, double[] source, int sourceFrom, double[] target, int targetFrom, int count) {
    double[] keep = mask.data();
    for (int i = 0; i < count; i++) {
      target[targetFrom + i] = source[sourceFrom + i] * (keep[maskFrom + i] * trainingScale);
    }
  }
}
