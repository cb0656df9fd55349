package dev.lockstep.core.assertion;

import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.Lockstep;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.rounding.RoundedToFloat;
import dev.lockstep.core.rounding.RoundedUp;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Trains a user's own model beside a reference: same initial values, batches and dropout masks.
 * What is not said is chosen: {@value #STEPS} steps of {@value #BATCH_SIZE} samples of random
 * images.
 */
public final class ModelAssertion {

  private static final long STEPS = 25;
  private static final int BATCH_SIZE = 10;

  private final ModelProvider mine;
  private @Nullable ModelProvider reference;
  private @Nullable NetworkSpec network;
  private @Nullable Split data;
  private Selection selection = Selection.ALL;
  private long steps = STEPS;
  private int batchSize = BATCH_SIZE;
  private long seed = 1;
  private boolean inFloat;

  ModelAssertion(ModelProvider mine) {
    this.mine = mine;
  }

  /** The implementation that is taken for right; it computes in double. */
  public ModelAssertion against(ModelProvider other) {
    reference = other;
    return this;
  }

  /** The network that both sides train. */
  public ModelAssertion on(NetworkSpec trained) {
    network = trained;
    return this;
  }

  /** The images to train on, in place of random ones. */
  public ModelAssertion with(Split images) {
    data = images;
    return this;
  }

  public ModelAssertion steps(long number) {
    steps = number;
    return this;
  }

  public ModelAssertion batchSize(int samples) {
    batchSize = samples;
    return this;
  }

  /** The seed of every random choice. */
  public ModelAssertion seed(long number) {
    seed = number;
    return this;
  }

  /** The model computes in float: what rounding to float explains is no difference. */
  public ModelAssertion inFloat() {
    inFloat = true;
    return this;
  }

  /** Compares only some of the tensors, for a model that does not show them all. */
  public ModelAssertion comparing(Selection some) {
    selection = some;
    return this;
  }

  /**
   * Trains both and compares every tensor of every step.
   *
   * @throws AssertionError if they differ by more than rounding explains, telling where, by how
   *     much and, where it is known, why
   * @throws IllegalStateException if {@link #against} or {@link #on} is missing
   */
  public void agrees() {
    if (reference == null || network == null) {
      throw new IllegalStateException(
          "expected assertThatModel(mine).against(reference).on(network).agrees(), found no %s"
              .formatted(reference == null ? "against(reference)" : "on(network)"));
    }
    Split images =
        data != null
            ? data
            : RandomImages.of(network.input(), network.classes(), 10 * batchSize, new Random(seed));
    TrainingSpec training =
        new TrainingSpec(
            batchSize, TrainingSpec.Order.SHUFFLED, new TrainingSpec.Length.Steps(steps));
    LockstepOptions options =
        new LockstepOptions(new Cadence(1), selection, false, true, null, inFloat);
    Outcome outcome =
        new Lockstep(
                network,
                new TrainingPlan(network, training, images, seed),
                images,
                images,
                options,
                LockstepListener.NONE)
            .run(
                new Lockstep.Sides(
                    reference,
                    mine,
                    inFloat ? new RoundedToFloat(reference) : new RoundedUp(reference)));
    Verdicts.requireAgreement(outcome);
  }
}
