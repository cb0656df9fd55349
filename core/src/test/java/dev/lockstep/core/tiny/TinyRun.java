package dev.lockstep.core.tiny;

import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.Lockstep;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.compare.Snapshot;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.rounding.DeclaredTolerance;
import dev.lockstep.core.rounding.RoundedUp;
import dev.lockstep.core.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A lockstep run of {@link TinyModel}s, with everything at a default that a test may change. */
public final class TinyRun {

  /** Not a multiple of the batch: the last batch of an epoch is smaller. */
  public static final int SAMPLES = 40;

  public static final int BATCH = 7;

  private static final int CLASSES = 3;
  private static final Shape IMAGE = Shape.of(1, 2, 3);

  /** 6-6-3: the first weight matrix is square, so that its transpose has the same shape. */
  public static final NetworkSpec NETWORK =
      new NetworkSpec(
          Shape.of(6),
          List.of(
              new LayerSpec.Affine("affine1", 6, new InitialValues.He()),
              new LayerSpec.Activation("relu1", ActivationFunction.RELU),
              new LayerSpec.Dropout("dropout1", 0.2, false),
              new LayerSpec.Affine("affine2", CLASSES, new InitialValues.He())),
          new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER),
          0.01,
          new OptimizerSpec.Momentum(LearningRate.constant(0.1), 0.9));

  private ModelProvider reference = TinyModel.summing(Summation.FORWARD);
  private ModelProvider candidate = TinyModel.summing(Summation.BACKWARD);
  private NetworkSpec network = NETWORK;
  private long steps = 20;
  private long seed = 1;
  private Cadence cadence = new Cadence(Cadence.SPARSER);
  private Selection selection = Selection.ALL;
  private boolean mayDiverge;
  private boolean failFast;
  private @Nullable DeclaredTolerance tolerance;
  private LockstepListener listener = LockstepListener.NONE;
  private @Nullable Snapshot from;
  private long taken;

  /** Returns a run of the reference against itself, summing in the opposite order. */
  public static TinyRun selfComparison() {
    return new TinyRun();
  }

  /** Returns a run of the reference against another provider. */
  public static TinyRun against(ModelProvider candidate) {
    TinyRun run = new TinyRun();
    run.candidate = candidate;
    return run;
  }

  /** Returns a run of the reference against itself with a fault. */
  public static TinyRun against(Fault fault) {
    return against(TinyModel.with(fault));
  }

  public TinyRun reference(ModelProvider provider) {
    reference = provider;
    return this;
  }

  public TinyRun network(NetworkSpec spec) {
    network = spec;
    return this;
  }

  public TinyRun steps(long number) {
    steps = number;
    return this;
  }

  /** Starts from a state that says that so many steps were taken before it. */
  public TinyRun startingAfter(long number) {
    taken = number;
    return this;
  }

  public TinyRun seed(long number) {
    seed = number;
    return this;
  }

  public TinyRun observeEvery(long every) {
    cadence = new Cadence(every);
    return this;
  }

  public TinyRun select(Selection chosen) {
    selection = chosen;
    return this;
  }

  public TinyRun mayDiverge() {
    mayDiverge = true;
    return this;
  }

  public TinyRun failFast() {
    failFast = true;
    return this;
  }

  public TinyRun declare(DeclaredTolerance declared) {
    tolerance = declared;
    return this;
  }

  public TinyRun listener(LockstepListener told) {
    listener = told;
    return this;
  }

  /** Goes on from where an equal run stood. */
  public TinyRun from(Snapshot snapshot) {
    from = snapshot;
    return this;
  }

  public Outcome run() {
    Split data = images(SAMPLES, seed);
    TrainingSpec training =
        new TrainingSpec(BATCH, TrainingSpec.Order.SHUFFLED, new TrainingSpec.Length.Steps(steps));
    LockstepOptions options =
        new LockstepOptions(cadence, selection, mayDiverge, failFast, tolerance, false);
    return new Lockstep(
            network,
            new TrainingPlan(network, training, data, seed, new ModelState(taken, Map.of())),
            data,
            images(10, seed + 1),
            options,
            listener)
        .run(new Lockstep.Sides(reference, candidate, new RoundedUp(reference)), from);
  }

  /** Returns the first divergence of a run that has one. */
  public static FirstDivergence divergence(Outcome outcome) {
    return Objects.requireNonNull(
        outcome.firstDivergence(), () -> "no divergence, failure: " + outcome.failure());
  }

  /** Returns how a run that failed did. */
  public static Failure failure(Outcome outcome) {
    return Objects.requireNonNull(outcome.failure(), "no failure");
  }

  /** Returns noisy images, brighter at one end the higher their class. */
  public static Split images(int count, long seed) {
    Random random = new Random(seed);
    byte[] labels = new byte[count];
    byte[] pixels = new byte[count * IMAGE.size()];
    for (int i = 0; i < pixels.length; i++) {
      int sample = i / IMAGE.size();
      labels[sample] = (byte) (sample % CLASSES);
      pixels[i] =
          (byte) (random.nextInt(160) + 40 * (i % IMAGE.size() / 2 == labels[sample] ? 2 : 0));
    }
    return new Split(IMAGE, CLASSES, pixels, labels);
  }
}
