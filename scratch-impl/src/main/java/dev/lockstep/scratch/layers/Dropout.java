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
  private final Buffer out = new Buffer();
  private final Buffer inputGradient = new Buffer();
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
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = out.of(x.shape());
    if (pass.training()) {
      mask = pass.masks().mask(name, ratio, x.shape());
      Require.shape(name + "/mask", x.shape(), mask);
      multiply(x.data(), mask.data(), trainingScale, y.data());
    } else {
      scale(x.data(), predictionScale, y.data());
    }
    return y;
  }

  @Override
  public Tensor backward(Tensor dout) {
    Require.shape(name + "/out", mask.shape(), dout);
    Tensor dx = inputGradient.of(dout.shape());
    multiply(dout.data(), mask.data(), trainingScale, dx.data());
    return dx;
  }

  private static void multiply(double[] x, double[] mask, double scale, double[] y) {
    for (int i = 0; i < y.length; i++) {
      y[i] = x[i] * (mask[i] * scale);
    }
  }

  private static void scale(double[] x, double scale, double[] y) {
    for (int i = 0; i < y.length; i++) {
      y[i] = x[i] * scale;
    }
  }
}
