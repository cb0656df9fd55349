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
public final class Dropout implements Layer {

  private final String name;
  private final double ratio;
  private final double trainingScale;
  private final double predictionScale;
  private boolean training;
  private Tensor mask = Tensor.zeros(Shape.of(0));

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
  public boolean sampleBySample() {
    return true;
  }

  @Override
  public boolean worksInPlace() {
    return true;
  }

  @Override
  public Shape begin(Shape input, Pass pass) {
    training = pass.training();
    if (training) {
      mask = pass.masks().mask(name, ratio, input);
      Require.shape(name + "/mask", input, mask);
    }
    return input;
  }

  @Override
  public void forward(Samples x, Samples y) {
    if (training) {
      applyMask(x, y);
    } else {
      for (int i = 0; i < y.size(); i++) {
        y.set(i, x.get(i) * predictionScale);
      }
    }
  }

  @Override
  public void backwardToInput(Samples x, Samples y, Samples dout, Samples dx) {
    applyMask(dout, dx);
  }

  private void applyMask(Samples source, Samples target) {
    Samples keep = source.in(mask);
    for (int i = 0; i < target.size(); i++) {
      target.set(i, source.get(i) * (keep.get(i) * trainingScale));
    }
  }
}
