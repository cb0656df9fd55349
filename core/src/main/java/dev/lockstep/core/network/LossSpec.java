package dev.lockstep.core.network;

/**
 * What training makes small, averaged over the batch; weight decay comes on top (chapter 4).
 *
 * @param stabilizer added inside the logarithm of the cross entropy, {@code −log(y + stabilizer)};
 *     the backward pass ignores it, as the book's does. 0 for the squared losses
 */
public record LossSpec(Type type, double stabilizer) {

  /** The book's constant inside the logarithm. */
  public static final double BOOK_STABILIZER = 1e-7;

  /** The formula of the loss of one sample. */
  public enum Type {
    /** Softmax, then {@code −Σ t·log(y + stabilizer)}. */
    SOFTMAX_CROSS_ENTROPY("softmaxCrossEntropy"),
    /** {@code ½ Σ (y − t)²}. */
    SUM_OF_SQUARES("sumOfSquares"),
    /** {@code Σ (y − t)² / outputs}. */
    MEAN_SQUARED("meanSquared");

    private final String id;

    Type(String id) {
      this.id = id;
    }

    /** Returns the name used in experiment files. */
    public String id() {
      return id;
    }
  }

  public LossSpec {
    Require.nonNegative("stabilizer", stabilizer);
  }
}
