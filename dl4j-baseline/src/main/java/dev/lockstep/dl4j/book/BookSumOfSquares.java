package dev.lockstep.dl4j.book;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.impl.LossL2;

/** {@code ½ Σ (y − t)²} (chapter 4): half of DL4J's {@code LossL2}, in value and gradient. */
public final class BookSumOfSquares extends LossL2 {

  private static final long serialVersionUID = 1L;
  private static final double HALF = 0.5;

  @Override
  public double computeScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activation,
      @Nullable INDArray mask,
      boolean average) {
    return HALF * super.computeScore(labels, preOutput, activation, mask, average);
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
    return super.computeScoreArray(labels, preOutput, activation, mask).muli(HALF);
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
    return super.computeGradient(labels, preOutput, activation, mask).muli(HALF);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BookSumOfSquares;
  }

  @Override
  public int hashCode() {
    return BookSumOfSquares.class.hashCode();
  }
}
