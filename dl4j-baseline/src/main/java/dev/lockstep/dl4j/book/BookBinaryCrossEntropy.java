package dev.lockstep.dl4j.book;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * {@code −Σ t·log(y + stabilizer) + (1 − t)·log(1 − y + stabilizer)} of a sigmoid; the gradient is
 * {@code y − t}. DL4J's own clips y.
 */
public final class BookBinaryCrossEntropy extends LossBinaryXENT {

  private static final long serialVersionUID = 1L;

  private final double stabilizer;

  public BookBinaryCrossEntropy(@JsonProperty("stabilizer") double stabilizer) {
    this.stabilizer = stabilizer;
  }

  public double getStabilizer() {
    return stabilizer;
  }

  @Override
  public double computeScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activation,
      @Nullable INDArray mask,
      boolean average) {
    INDArray scores = computeScoreArray(labels, preOutput, activation, mask);
    double sum = scores.sumNumber().doubleValue();
    return average ? sum / scores.size(0) : sum;
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
    INDArray targets = labels.castTo(preOutput.dataType());
    INDArray y = activation.getActivation(preOutput.dup(), true);
    INDArray yes = Transforms.log(y.add(stabilizer), false).muli(targets);
    INDArray no = Transforms.log(y.rsub(1).addi(stabilizer), false).muli(targets.rsub(1));
    return yes.addi(no).sum(true, 1).muli(-1);
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
    INDArray y = activation.getActivation(preOutput.dup(), true);
    return y.subi(labels.castTo(preOutput.dataType()));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BookBinaryCrossEntropy loss
        && Double.compare(stabilizer, loss.stabilizer) == 0;
  }

  @Override
  public int hashCode() {
    return Double.hashCode(stabilizer);
  }
}
