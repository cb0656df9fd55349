package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Tensor;

/**
 * Identity (chapter 3), of any shape: {@code y = x}, {@code dx = dout}. DL4J: {@code
 * ActivationLayer} with {@code Activation.IDENTITY}.
 */
public final class Identity implements Layer {

  private final String name;

  public Identity(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return x;
  }

  @Override
  public Tensor backward(Tensor dout) {
    return dout;
  }
}
