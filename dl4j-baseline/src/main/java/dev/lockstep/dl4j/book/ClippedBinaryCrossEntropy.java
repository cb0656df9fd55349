package dev.lockstep.dl4j.book;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * DL4J's {@code LossBinaryXENT}, which leaves the scores as they are. DL4J's overwrites them with
 * their gradient, and a {@code LossLayer} then takes the loss of that; an {@code OutputLayer}
 * computes its scores again.
 */
public final class ClippedBinaryCrossEntropy extends LossBinaryXENT {

  private static final long serialVersionUID = 1L;

  /** Clips as DL4J does unless told otherwise. */
  public ClippedBinaryCrossEntropy() {
    this(DEFAULT_CLIPPING_EPSILON, null);
  }

  public ClippedBinaryCrossEntropy(
      @JsonProperty("clipEps") double clipEps,
      @JsonProperty("weights") @Nullable INDArray weights) {
    super(clipEps, weights);
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
    return super.computeGradient(labels, preOutput.dup(), activation, mask);
  }
}
