package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.scratch.kernels.MatrixProduct;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fully connected layer (chapter 5).
 *
 * <pre>
 * y = x·W + b
 * dW = xᵀ·dout    db = Σ dout over the samples    dx = dout·Wᵀ
 * </pre>
 *
 * <p>x is N×D, an input with several axes being read as one row per sample; W is D×H, b is H, y is
 * N×H. DL4J: {@code DenseLayer}.
 */
public final class Affine implements Layer {

  private final String name;
  private final int inputs;
  private final int units;
  private final Shape input;
  private final Shape output;
  private final Parameter weights;
  private final @Nullable Parameter bias;
  private final Clipping clipping;
  private final MatrixProduct product;

  /**
   * @param inputs D, the elements of one input sample
   * @param units H
   * @param weightDecay λ of W
   */
  public Affine(String name, int inputs, int units, double weightDecay, MatrixProduct product) {
    this(name, inputs, units, true, new Penalty(weightDecay, 0), Clipping.NONE, product);
  }

  /**
   * @param inputs D, the elements of one input sample
   * @param units H
   * @param biased whether there is a b
   * @param penalty of W
   */
  public Affine(
      String name,
      int inputs,
      int units,
      boolean biased,
      Penalty penalty,
      Clipping clipping,
      MatrixProduct product) {
    this.name = name;
    this.inputs = inputs;
    this.units = units;
    this.input = Shape.of(inputs);
    this.output = Shape.of(units);
    this.weights = new Parameter(name, "W", Shape.of(inputs, units), penalty);
    this.bias = biased ? new Parameter(name, "b", output, Penalty.NONE) : null;
    this.clipping = clipping;
    this.product = product;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Parameter> parameters() {
    return bias == null ? List.of(weights) : List.of(weights, bias);
  }

  @Override
  public Shape begin(Shape input, Pass pass) {
    Require.samples(name, this.input, input);
    return output.batchOf(input.length(0));
  }

  @Override
  public void forward(Samples x, Samples y) {
    product.multiply(x.count(), units, inputs, x.data(), weights.value().data(), y.data()); // N×H
    if (bias != null) {
      addToRows(y.data(), bias.value().data());
    }
  }

  @Override
  public void backwardToParameters(Samples x, Samples dout) {
    product.multiplyFirstTransposed(
        inputs, units, x.count(), x.data(), dout.data(), weights.gradient().data()); // D×H
    if (bias != null) {
      sumRows(dout.data(), bias.gradient().data()); // H
    }
  }

  @Override
  public void backwardToInput(Samples x, Samples y, Samples dout, Samples dx) {
    product.multiplySecondTransposed(
        x.count(), inputs, units, dout.data(), weights.value().data(), dx.data()); // N×D
  }

  @Override
  public void finishBackward() {
    clipping.apply(parameters());
  }

  private static void addToRows(double[] matrix, double[] row) {
    for (int start = 0; start < matrix.length; start += row.length) {
      for (int j = 0; j < row.length; j++) {
        matrix[start + j] += row[j];
      }
    }
  }

  private static void sumRows(double[] matrix, double[] sum) {
    Arrays.fill(sum, 0);
    for (int start = 0; start < matrix.length; start += sum.length) {
      for (int j = 0; j < sum.length; j++) {
        sum[j] += matrix[start + j];
      }
    }
  }
}
