package dev.lockstep.core.network;

import java.util.Arrays;
import java.util.List;

/**
 * What training makes small, averaged over the batch; weight decay comes on top (chapter 4).
 *
 * @param stabilizer added inside the logarithm of the cross entropy, {@code −log(y + stabilizer)};
 *     the backward pass ignores it, as the book's does. 0 for losses without one
 */
public record LossSpec(Type type, double stabilizer) {

  /** The book's constant inside the logarithm. */
  public static final double BOOK_STABILIZER = 1e-7;

  /** What a loss makes of the last layer's output before it compares it with the targets. */
  public enum Output {
    /** {@code y = x}. */
    IDENTITY,
    /** Probabilities of classes, {@code exp(x) / Σ exp(x)}. */
    SOFTMAX,
    /** A probability of its own for each output, {@code 1 / (1 + exp(−x))}. */
    SIGMOID
  }

  /** The formula of the loss of one sample. */
  public enum Type {
    /** Softmax, then {@code −Σ t·log(y + stabilizer)}. */
    SOFTMAX_CROSS_ENTROPY("softmaxCrossEntropy", Output.SOFTMAX, BOOK_STABILIZER),
    /** {@code ½ Σ (y − t)²}. */
    SUM_OF_SQUARES("sumOfSquares", Output.IDENTITY, 0),
    /** {@code Σ (y − t)² / outputs}. */
    MEAN_SQUARED("meanSquared", Output.IDENTITY, 0),
    /** {@code Σ |y − t|}; its derivative is 0 at y = t. */
    SUM_OF_ABSOLUTES("sumOfAbsolutes", Output.IDENTITY, 0),
    /** {@code Σ |y − t| / outputs}. */
    MEAN_ABSOLUTE("meanAbsolute", Output.IDENTITY, 0),
    /** Sigmoid, then {@code −Σ t·log(y + stabilizer) + (1 − t)·log(1 − y + stabilizer)}. */
    SIGMOID_CROSS_ENTROPY("sigmoidCrossEntropy", Output.SIGMOID, BOOK_STABILIZER),
    /** Known to the side that has it alone, as the layers of an open network are. */
    OPEN("open", Output.IDENTITY, 0);

    private final String id;
    private final Output output;
    private final double usualStabilizer;

    Type(String id, Output output, double usualStabilizer) {
      this.id = id;
      this.output = output;
      this.usualStabilizer = usualStabilizer;
    }

    /** Returns those whose formula is known here. */
    public static List<Type> known() {
      return Arrays.stream(values()).filter(type -> type != OPEN).toList();
    }

    /** Returns the name used in experiment files. */
    public String id() {
      return id;
    }

    public Output output() {
      return output;
    }

    /** Returns the stabilizer where an experiment file says none. */
    public double usualStabilizer() {
      return usualStabilizer;
    }
  }

  public LossSpec {
    Require.nonNegative("stabilizer", stabilizer);
  }

  /** Returns the same loss with another constant inside the logarithm. */
  public LossSpec withStabilizer(double other) {
    return new LossSpec(type, other);
  }
}
