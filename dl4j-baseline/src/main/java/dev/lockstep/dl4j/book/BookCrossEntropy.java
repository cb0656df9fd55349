package dev.lockstep.dl4j.book;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Cross entropy with the book's constant: {@code −Σ t·log(y + stabilizer)}, where DL4J clips {@code
 * y} to [1e-10, 1 − 1e-10]. The gradient is DL4J's {@code y − t}, which ignores the constant as the
 * book's does.
 */
public final class BookCrossEntropy extends LossMCXENT {

  private static final long serialVersionUID = 1L;

  private final double stabilizer;

  /**
   * @param stabilizer 1e-7 in the book; with 0 an impossible class ({@code y = 0}) costs nothing
   *     unless it is the right one, where DL4J's own unclipped form would give 0·∞ = NaN
   */
  public BookCrossEntropy(@JsonProperty("stabilizer") double stabilizer) {
    super(0, null);
    this.stabilizer = stabilizer;
  }

  public double getStabilizer() {
    return stabilizer;
  }

  @Override
  protected INDArray scoreArray(
      INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
    INDArray targets = labels.castTo(preOutput.dataType());
    INDArray probabilities = activation.getActivation(preOutput.dup(), true);
    if (stabilizer > 0) {
      probabilities.addi(stabilizer);
    } else {
      // log(y + 1) stands in for log(y) where it is multiplied by 0
      probabilities.addi(targets.eq(0).castTo(preOutput.dataType()));
    }
    return Transforms.log(probabilities, false).muli(targets);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BookCrossEntropy loss
        && Double.compare(stabilizer, loss.stabilizer) == 0;
  }

  @Override
  public int hashCode() {
    return Double.hashCode(stabilizer);
  }
}
