package dev.lockstep.dl4j.book;

import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/** 1 for x &gt; 0, otherwise 0 (chapter 3), which DL4J does not have; its derivative is 0. */
public final class StepActivation extends BaseActivationFunction {

  private static final long serialVersionUID = 1L;

  @Override
  public INDArray getActivation(INDArray in, boolean training) {
    return in.assign(in.gt(0).castTo(in.dataType()));
  }

  @Override
  public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
    assertShape(in, epsilon);
    return new Pair<>(in.assign(0), null);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof StepActivation;
  }

  @Override
  public int hashCode() {
    return StepActivation.class.hashCode();
  }

  @Override
  public String toString() {
    return "step";
  }
}
