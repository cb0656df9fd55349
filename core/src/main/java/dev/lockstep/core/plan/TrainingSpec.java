package dev.lockstep.core.plan;

/**
 * How long and on what a network is trained.
 *
 * @param batchSize samples of a step
 * @param order how the samples of a step are chosen
 * @param length how long training goes on
 * @param augmentation how the images of a step are changed
 */
public record TrainingSpec(int batchSize, Order order, Length length, Augmentation augmentation) {

  /** Trains on the images as they are. */
  public TrainingSpec(int batchSize, Order order, Length length) {
    this(batchSize, order, length, Augmentation.NONE);
  }

  /** How the samples of a step are chosen. */
  public enum Order {
    /** Drawn with replacement, independently for every step: the book's. */
    DRAWN("drawn"),
    /** Every sample once per epoch, in a new random order; the last batch may be smaller. */
    SHUFFLED("shuffled"),
    /** The samples as they stand in the data set, from the first on. */
    FIXED("fixed");

    private final String id;

    Order(String id) {
      this.id = id;
    }

    /** Returns the name used in experiment files. */
    public String id() {
      return id;
    }
  }

  /** How long training goes on. */
  public sealed interface Length {
    /** A number of updates; with none, what the first state predicts is compared. */
    record Steps(long steps) implements Length {}

    /** A number of passes over the training samples. */
    record Epochs(int epochs) implements Length {}
  }

  public TrainingSpec {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize: expected at least 1, found " + batchSize);
    }
    long amount =
        length instanceof Length.Steps steps ? steps.steps() : ((Length.Epochs) length).epochs();
    int least = length instanceof Length.Steps ? 0 : 1;
    if (amount < least) {
      throw new IllegalArgumentException(
          (length instanceof Length.Steps ? "steps" : "epochs")
              + ": expected at least %d, found %d".formatted(least, amount));
    }
  }

  /** Returns the same training in batches of another size. */
  public TrainingSpec withBatchSize(int another) {
    return new TrainingSpec(another, order, length, augmentation);
  }

  /** Returns the same training of another length. */
  public TrainingSpec with(Length another) {
    return new TrainingSpec(batchSize, order, another, augmentation);
  }

  /**
   * Returns how many steps make an epoch: samples ÷ batch size, rounded down where samples are
   * drawn (at least 1), up where each comes once.
   */
  public long stepsPerEpoch(int trainingSamples) {
    return order == Order.SHUFFLED
        ? ((long) trainingSamples + batchSize - 1) / batchSize
        : Math.max(1, trainingSamples / batchSize);
  }

  /** Returns the number of steps of the whole training. */
  public long steps(int trainingSamples) {
    return length instanceof Length.Steps steps
        ? steps.steps()
        : Math.multiplyExact(((Length.Epochs) length).epochs(), stepsPerEpoch(trainingSamples));
  }
}
