package dev.lockstep.experiments.example;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;

/** A fully connected layer as a reader of chapter 5 may write it: {@code y = x·W + b}. */
class HandWrittenAffine {

  private double[][] weights = new double[0][0]; // inputs × units
  private double[] bias = new double[0]; // units
  private double[][] input = new double[0][0]; // samples × inputs
  private double[][] weightGradient = new double[0][0]; // inputs × units
  private double[] biasGradient = new double[0]; // units

  void setWeights(Tensor w) {
    weights = rows(w);
  }

  void setBias(Tensor b) {
    bias = b.data();
  }

  Tensor forward(Tensor x) {
    input = rows(x);
    double[][] y = new double[input.length][bias.length];
    for (int n = 0; n < y.length; n++) {
      for (int j = 0; j < bias.length; j++) {
        y[n][j] = bias[j];
        for (int i = 0; i < weights.length; i++) {
          y[n][j] += input[n][i] * weights[i][j];
        }
      }
    }
    return tensor(y);
  }

  Tensor backward(Tensor dout) {
    double[][] dy = rows(dout);
    double[][] dx = new double[input.length][weights.length];
    weightGradient = new double[weights.length][bias.length];
    biasGradient = new double[bias.length];
    for (int n = 0; n < dy.length; n++) {
      for (int j = 0; j < bias.length; j++) {
        biasGradient[j] += dy[n][j];
        for (int i = 0; i < weights.length; i++) {
          dx[n][i] += dy[n][j] * weights[i][j];
          weightGradient[i][j] += input[n][i] * dy[n][j];
        }
      }
    }
    return tensor(dx);
  }

  Tensor weightGradient() {
    return tensor(weightGradient);
  }

  Tensor biasGradient() {
    return Tensor.of(Shape.of(biasGradient.length), biasGradient);
  }

  static double[][] rows(Tensor tensor) {
    int columns = tensor.shape().length(1);
    double[][] rows = new double[tensor.shape().length(0)][columns];
    for (int i = 0; i < tensor.size(); i++) {
      rows[i / columns][i % columns] = tensor.data()[i];
    }
    return rows;
  }

  static Tensor tensor(double[][] rows) {
    Tensor tensor = Tensor.zeros(Shape.of(rows.length, rows[0].length));
    for (int i = 0; i < tensor.size(); i++) {
      tensor.data()[i] = rows[i / rows[0].length][i % rows[0].length];
    }
    return tensor;
  }
}
