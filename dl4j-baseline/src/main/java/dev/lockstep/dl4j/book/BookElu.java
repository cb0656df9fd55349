package dev.lockstep.dl4j.book;

import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * {@code x} for x ≥ 0, otherwise {@code alpha·(exp(x) − 1)}. DL4J's own ELU leaves alpha out of its
 * derivative.
 */
public final class BookElu extends BaseActivationFunction {

  private static final long serialVersionUID = 1L;

  private final double alpha;

  public BookElu(@JsonProperty("alpha") double alpha) {
    this.alpha = alpha;
  }

  public double getAlpha() {
    return alpha;
  }

  @Override
  public INDArray getActivation(INDArray in, boolean training) {
    return new ActivationELU(alpha).getActivation(in, training);
  }

  @Override
  public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
    assertShape(in, epsilon);
    INDArray below = in.lt(0).castTo(in.dataType());
    INDArray others = below.rsub(1);
    INDArray slope = Transforms.exp(in.mul(below), false).muli(alpha).muli(below).addi(others);
    return new Pair<>(in.assign(slope.muli(epsilon)), null);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BookElu elu && Double.compare(alpha, elu.alpha) == 0;
  }

  @Override
  public int hashCode() {
    return Double.hashCode(alpha);
  }

  @Override
  public String toString() {
    return "elu(alpha=" + alpha + ")";
  }
}
