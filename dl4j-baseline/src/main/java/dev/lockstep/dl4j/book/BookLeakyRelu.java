package dev.lockstep.dl4j.book;

import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * {@code x} for x ≥ 0, otherwise {@code slope·x}. DL4J's own leaky ReLU rounds the slope of its
 * derivative to float.
 */
public final class BookLeakyRelu extends BaseActivationFunction {

  private static final long serialVersionUID = 1L;

  private final double slope;

  public BookLeakyRelu(@JsonProperty("slope") double slope) {
    this.slope = slope;
  }

  public double getSlope() {
    return slope;
  }

  @Override
  public INDArray getActivation(INDArray in, boolean training) {
    return in.muli(derivative(in));
  }

  @Override
  public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
    assertShape(in, epsilon);
    return new Pair<>(in.assign(derivative(in).muli(epsilon)), null);
  }

  private INDArray derivative(INDArray in) {
    INDArray below = in.lt(0).castTo(in.dataType());
    INDArray others = below.rsub(1);
    return below.muli(slope).addi(others);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BookLeakyRelu relu && Double.compare(slope, relu.slope) == 0;
  }

  @Override
  public int hashCode() {
    return Double.hashCode(slope);
  }

  @Override
  public String toString() {
    return "leakyRelu(slope=" + slope + ")";
  }
}
