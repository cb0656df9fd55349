package com.example;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;

/** A fully connected layer, y = x·W + b, written by hand. */
public class MyAffine {

  protected Tensor weights = Tensor.zeros(Shape.of(0, 0)); // inputs × units
  protected Tensor bias = Tensor.zeros(Shape.of(0)); // units
  private Tensor x = Tensor.zeros(Shape.of(0, 0)); // samples × inputs
  private Tensor dout = Tensor.zeros(Shape.of(0, 0)); // samples × units

  public void setWeights(Tensor weights) {
    this.weights = weights;
  }

  public void setBias(Tensor bias) {
    this.bias = bias;
  }

  public Tensor forward(Tensor x) {
    this.x = x;
    int samples = x.shape().length(0), inputs = x.shape().length(1), units = bias.size();
    Tensor y = Tensor.zeros(Shape.of(samples, units));
    for (int n = 0; n < samples; n++) {
      for (int j = 0; j < units; j++) {
        double sum = bias.data()[j];
        for (int i = 0; i < inputs; i++) {
          sum += x.data()[n * inputs + i] * weights.data()[i * units + j];
        }
        y.data()[n * units + j] = sum;
      }
    }
    return y;
  }

  public Tensor backward(Tensor dout) {
    this.dout = dout;
    int samples = x.shape().length(0), inputs = x.shape().length(1), units = bias.size();
    Tensor dx = Tensor.zeros(x.shape());
    for (int n = 0; n < samples; n++) {
      for (int i = 0; i < inputs; i++) {
        for (int j = 0; j < units; j++) {
          dx.data()[n * inputs + i] += dout.data()[n * units + j] * weights.data()[i * units + j];
        }
      }
    }
    return dx;
  }

  public Tensor weightGradient() {
    int samples = x.shape().length(0), inputs = x.shape().length(1), units = bias.size();
    Tensor gradient = Tensor.zeros(weights.shape());
    for (int n = 0; n < samples; n++) {
      for (int i = 0; i < inputs; i++) {
        for (int j = 0; j < units; j++) {
          gradient.data()[i * units + j] += x.data()[n * inputs + i] * dout.data()[n * units + j];
        }
      }
    }
    return gradient;
  }

  public Tensor biasGradient() {
    int samples = x.shape().length(0), units = bias.size();
    Tensor gradient = Tensor.zeros(bias.shape());
    for (int n = 0; n < samples; n++) {
      for (int j = 0; j < units; j++) {
        gradient.data()[j] += dout.data()[n * units + j];
      }
    }
    return gradient;
  }
}
