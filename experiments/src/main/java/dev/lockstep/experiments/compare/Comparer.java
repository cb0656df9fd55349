package dev.lockstep.experiments.compare;

import dev.lockstep.bridge.trace.Manifest;
import dev.lockstep.bridge.trace.RecordedSide;
import dev.lockstep.bridge.trace.TraceWriter;
import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.compare.Lockstep;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.compare.OwnDraws;
import dev.lockstep.core.compare.Snapshot;
import dev.lockstep.core.compare.SoloTraining;
import dev.lockstep.core.compare.judging.Classification;
import dev.lockstep.core.compare.judging.Metrics;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.RandomStreams;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.Attribution;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.rounding.RoundedToFloat;
import dev.lockstep.core.rounding.RoundedUp;
import dev.lockstep.core.storage.NpzFile;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.ledger.Conventions;
import dev.lockstep.dl4j.model.Dl4jEvaluation;
import dev.lockstep.dl4j.model.Dl4jProvider;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.figures.RunFigures;
import dev.lockstep.experiments.figures.SideAnswers;
import dev.lockstep.experiments.machine.Blas;
import dev.lockstep.experiments.machine.Environment;
import dev.lockstep.experiments.machine.Memory;
import dev.lockstep.experiments.reproduce.Reproduction;
import dev.lockstep.experiments.reproduce.TestSource;
import dev.lockstep.experiments.resume.CheckpointFile;
import dev.lockstep.experiments.resume.Identity;
import dev.lockstep.scratch.ScratchProvider;
import dev.lockstep.scratch.book.learning.NumericalGradientProvider;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs one experiment on both sides and gathers all that it found. */
public final class Comparer {

  /** How many models of the reference there are, each with its state and gradients. */
  private static final long REFERENCES = 4;

  /**
   * How often a run's state is kept: three states of the candidate, two recordings of the
   * reference, three states to take steps again from, and copies on the way.
   */
  private static final long STATES = 10;

  /** How often gradients are: two recordings of either side. */
  private static final long GRADIENTS = 4;

  /** How often what the layers put out is held on either side, gradients and buffers included. */
  private static final long OUTPUTS = 12;

  private final Dataset dataset;
  private final CompareSettings settings;
  private final String command;
  private final @Nullable ModelProvider reference;
  private final @Nullable ModelProvider candidate;
  private final String candidateCode;
  private final @Nullable Recorded recorded;
  private final @Nullable First first;
  private final Blas blas = Blas.chosen();

  /**
   * @param command that the user gave, for the report
   * @param candidate compared with the scratch side; null: Deeplearning4j
   */
  public Comparer(
      Dataset dataset,
      CompareSettings settings,
      String command,
      @Nullable ModelProvider candidate) {
    this(dataset, settings, command, null, candidate, "", null);
  }

  /**
   * @param command that the user gave, for the report
   * @param reference null: the scratch side, as the experiment asks for it
   * @param candidate null: Deeplearning4j
   * @param candidateCode what tells this candidate from another of its name, such as a digest of
   *     its classes; empty if it is Lockstep's own
   * @param recorded null: neither side
   */
  public Comparer(
      Dataset dataset,
      CompareSettings settings,
      String command,
      @Nullable ModelProvider reference,
      @Nullable ModelProvider candidate,
      String candidateCode,
      @Nullable Recorded recorded) {
    this(dataset, settings, command, reference, candidate, candidateCode, recorded, null);
  }

  private Comparer(
      Dataset dataset,
      CompareSettings settings,
      String command,
      @Nullable ModelProvider reference,
      @Nullable ModelProvider candidate,
      String candidateCode,
      @Nullable Recorded recorded,
      @Nullable First first) {
    this.dataset = dataset;
    this.settings = settings;
    this.command = command;
    this.reference = reference;
    this.candidate = candidate;
    this.candidateCode = candidateCode;
    this.recorded = recorded;
    this.first = first;
  }

  /** Returns the same with other sides, of the same names and code. */
  public Comparer with(@Nullable ModelProvider reference, @Nullable ModelProvider candidate) {
    return new Comparer(
        dataset, settings, command, reference, candidate, candidateCode, recorded, first);
  }

  /**
   * Returns the same that trains on from a state.
   *
   * @param state null: from a first one that is drawn
   * @param file that the state was read from
   */
  public Comparer from(@Nullable ModelState state, Path file) {
    return new Comparer(
        dataset,
        settings,
        command,
        reference,
        candidate,
        candidateCode,
        recorded,
        state == null ? null : new First(state, file));
  }

  /**
   * Returns what both sides say of the test images.
   *
   * @param outputs of each side, samples × outputs, by its name
   */
  public List<SideAnswers> answers(Experiment asked, Map<String, Tensor> outputs) {
    Split test = part(dataset.test(), settings.applyTo(asked).testSize());
    return outputs.entrySet().stream()
        .map(side -> new SideAnswers(side.getKey(), Classification.of(test, side.getValue())))
        .toList();
  }

  /** Returns about how much memory a run needs: what its networks hold and pass on. */
  public Memory.Need memory(Experiment asked) {
    Experiment experiment = settings.applyTo(asked);
    NetworkSpec network = experiment.network();
    long state = numbers(network.state());
    long gradients =
        network.parameters().stream().mapToLong(parameter -> parameter.shape().size()).sum();
    long outputs = OUTPUTS * experiment.training().batchSize() * numbers(network.outputShapes());
    long references = REFERENCES * (state + gradients) + outputs;
    long candidate = state + gradients + outputs;
    long kept = STATES * state + GRADIENTS * gradients;
    boolean inJava = reference == null; // the other side is Deeplearning4j's, or another process
    return new Memory.Need(
        Double.BYTES * (kept + (inJava ? references : candidate)),
        Double.BYTES * (inJava ? candidate : references));
  }

  private static long numbers(Map<String, Shape> shapes) {
    return shapes.values().stream().mapToLong(Shape::size).sum();
  }

  private record First(ModelState state, Path file) {}

  /**
   * Which side's observed steps are written down, and where to.
   *
   * @param reference false: the candidate's
   */
  public record Recorded(Path file, boolean reference) {}

  /**
   * Returns everything that decides a run's numbers, by name: two runs in which all of it is the
   * same come to the same result.
   */
  public Map<String, String> identity(Experiment asked, long seed) {
    return new Identity()
        .with("seed", seed)
        .with("experiment", settings.applyTo(asked))
        .with("settings", settings)
        .with("data set", dataset.name())
        .with("SHA-256 of the data set", dataset.sha256())
        .with("data", dataset.reading())
        .with("reference", reference == null ? "scratch" : reference.name())
        .with("candidate", candidate == null ? "Deeplearning4j" : candidate.name())
        .with("candidate's code", candidateCode)
        .with("environment", Environment.ofNumbers(blas.name()))
        .with("first state", first == null ? null : first.file())
        .values();
  }

  /**
   * @param seed of every random choice
   * @throws UsageException if the network does not fit the data
   */
  public Compared run(Experiment asked, long seed, LockstepListener listener) {
    return run(asked, seed, listener, null);
  }

  /**
   * @param seed of every random choice
   * @param checkpoints the directory that may hold those of an equal run, from which to go on;
   *     null: from the beginning
   * @throws UsageException if the network does not fit the data
   * @throws InputException if a checkpoint is damaged or of another run
   */
  public Compared run(
      Experiment asked, long seed, LockstepListener listener, @Nullable Path checkpoints) {
    long start = System.nanoTime();
    Experiment experiment = settings.applyTo(asked);
    Split train = part(dataset.train(), experiment.trainSize());
    Split test = part(dataset.test(), experiment.testSize());
    NetworkSpec network = experiment.network();
    requireFit(experiment, train);
    TrainingPlan plan = plan(experiment, train, seed, Long.MAX_VALUE);
    boolean inFloat = settings.precision() == Precision.FLOAT;
    LockstepOptions options =
        new LockstepOptions(
            settings.cadence(),
            settings.selection(),
            experiment.mayDiverge(),
            settings.failFast(),
            experiment.tolerance(),
            inFloat);
    Lockstep.Sides sides = sides(experiment.gradient());
    TrainingPlan compared =
        experiment.compared() == null ? plan : plan(experiment, train, seed, experiment.compared());
    CheckpointFile checkpoint =
        checkpoints == null ? null : new CheckpointFile(checkpoints, identity(asked, seed));
    Outcome outcome =
        settings.ownDraws()
            ? apart(experiment, train, test, seed, listener)
            : inLockstep(
                new Lockstep(network, compared, train, test, options, listener),
                watched(sides, listener),
                checkpoint == null ? null : checkpoint.read(network, compared.steps(), options));
    SoloTraining.Trained alone =
        !settings.ownDraws() && goesOnAlone(outcome, compared, plan)
            ? new SoloTraining(network, plan, train, test, listener)
                .goOn(
                    sides.reference(),
                    outcome.referenceState(),
                    checkpoint == null ? null : checkpoint.readAlone(network, plan.steps()))
            : null;
    ModelState last = alone == null ? outcome.referenceState() : alone.state();
    boolean failed =
        outcome.failure() != null
            && outcome.failure().kind() == Failure.Kind.CANDIDATE_FAILED; // it answers no more
    RunFigures figures =
        new RunFigures(
            experiment,
            failed ? Set.of() : experiment.figures(),
            plan,
            test,
            new RunFigures.Trained(sides.reference(), last),
            new RunFigures.Trained(
                sides.candidate(), alone == null ? outcome.candidateState() : last),
            alone != null);
    Attribution explanation = null;
    if (isStock() && differs(outcome) && !listener.stops()) {
      listener.explaining();
      TrainingPlan small =
          plan(
              experiment,
              StockExplanation.training(experiment.training(), train.size()),
              train,
              seed);
      LockstepOptions all = StockExplanation.options(options);
      explanation =
          new StockExplanation(
                  network,
                  settings.conventions(),
                  small,
                  left ->
                      new Lockstep(
                              network, small, train, test.first(1), all, untilStopped(listener))
                          .run(with(left, sides)),
                  left ->
                      new Lockstep(network, compared, train, test, options, aside(listener))
                          .run(with(left, sides)))
              .attribution();
    }
    // A run that was stopped explains nothing.
    Attribution attribution = explanation == null || listener.stops() ? null : explanation;
    boolean explained = attribution != null && attribution.explains();
    RunResult result =
        new RunResult(
            RunResult.SCHEMA_VERSION,
            command,
            explained ? Verdict.EXPLAINED : outcome.verdict(),
            explained ? "" : outcome.undecided(),
            explained ? null : outcome.failure(),
            new RunResult.ExperimentInfo(
                experiment.id(),
                experiment.variant(),
                experiment.chapter(),
                experiment.shows(),
                seed,
                outcome.stepsTaken(),
                compared.steps(),
                experiment.training().batchSize(),
                settings.alignment().id(),
                settings.precision().name().toLowerCase(Locale.ROOT),
                network.allLayers().stream().map(LayerSpec::name).toList(),
                network.inputs(),
                experiment.margin(),
                experiment.tolerance()),
            RunResult.DatasetInfo.of(dataset, train.size(), test.size()),
            Environment.describe(blas.name()),
            Configuration.of(experiment, settings),
            outcome.implementations(),
            outcome.coverage(),
            outcome.horizon(),
            outcome.firstDivergence(),
            attribution,
            outcome.worst(),
            outcome.curves(),
            outcome.readings(),
            failed || outcome.stepsTaken() < compared.steps()
                ? List.of()
                : figures.metrics(evaluation()),
            alone == null ? null : alone.solo(),
            Stream.concat(outcome.elements().stream(), figures.figures().stream()).toList(),
            new RunResult.Timing((System.nanoTime() - start) / 1e9, outcome.samplesPerSecond()));
    return new Compared(
        result, trained(network, last), outcome.candidateState(), figures.answers());
  }

  private Outcome inLockstep(Lockstep lockstep, Lockstep.Sides sides, @Nullable Snapshot from) {
    if (recorded == null) {
      return lockstep.run(sides, from);
    }
    ModelProvider side = recorded.reference() ? sides.reference() : sides.candidate();
    boolean inFloat = !recorded.reference() && settings.precision() == Precision.FLOAT;
    Manifest manifest = Manifest.of(side.name(), inFloat, Environment.describe(blas.name()));
    try (TraceWriter writer = new TraceWriter(recorded.file(), manifest)) {
      ModelProvider written = new RecordedSide(side, writer);
      return lockstep.run(
          recorded.reference()
              ? new Lockstep.Sides(written, sides.candidate(), sides.perturbed())
              : new Lockstep.Sides(sides.reference(), written, sides.perturbed()),
          from);
    }
  }

  /**
   * One experiment compared.
   *
   * @param trained what prediction needs of the reference after the last step, by path
   * @param candidate its state after the last step that was compared; null if that is not known
   * @param answers of both sides to the test images; empty if no figure needs them
   */
  public record Compared(
      RunResult result,
      Map<String, Tensor> trained,
      @Nullable ModelState candidate,
      List<SideAnswers> answers) {

    /** Returns what a result holds of a comparison. */
    public static Compared of(RunResult result) {
      return new Compared(result, Map.of(), null, List.of());
    }
  }

  /**
   * Makes a difference small: a test of the one layer, which fails until the candidate is right.
   *
   * @return empty if no small network shows the difference
   */
  public Optional<TestSource> reproduction(Experiment experiment, FirstDivergence first) {
    Lockstep.Sides sides = sides(experiment.gradient());
    return Reproduction.find(sides, experiment.network(), first)
        .map(found -> TestSource.of(found, first, sides.reference().name(), providerExpression()));
  }

  private String providerExpression() {
    if (candidate == null) {
      return "dev.lockstep.dl4j.model.Dl4jProvider.%s(dev.lockstep.dl4j.model.Precision.%s)"
          .formatted(settings.alignment().id(), settings.precision().name());
    }
    return TestSource.providerNamed(candidate.name());
  }

  /** Deeplearning4j's outputs are evaluated by its own classes, all others by hand. */
  private RunFigures.Evaluation evaluation() {
    return candidate == null
        ? Dl4jEvaluation::of
        : (split, outputs) -> new Metrics(split, outputs).all();
  }

  private boolean isStock() {
    return candidate == null
        && reference == null
        && settings.alignment() == CompareSettings.Alignment.STOCK;
  }

  private Lockstep.Sides with(Set<Convention> conventions, Lockstep.Sides sides) {
    return new Lockstep.Sides(
        sides.reference(),
        new Dl4jProvider(settings.precision(), conventions, 0),
        sides.perturbed());
  }

  /** A run besides may be watched and stopped; what it would need to go on is not kept. */
  private static LockstepListener aside(LockstepListener listener) {
    return new LockstepListener() {
      @Override
      public void stepTaken(long step, long steps, double referenceLoss, double candidateLoss) {
        listener.stepTaken(step, steps, referenceLoss, candidateLoss);
      }

      @Override
      public void evaluated(Curves.AccuracyPoint point, long steps) {
        listener.evaluated(point, steps);
      }

      @Override
      public boolean stops() {
        return listener.stops();
      }
    };
  }

  /** What was measured by then is of no use if it was ended early. */
  private static LockstepListener untilStopped(LockstepListener listener) {
    return new LockstepListener() {
      @Override
      public boolean stops() {
        return listener.stops();
      }
    };
  }

  /** Tells which side takes a step, so that one that does not end can be named. */
  private static Lockstep.Sides watched(Lockstep.Sides sides, LockstepListener listener) {
    return new Lockstep.Sides(
        watched(sides.reference(), listener),
        watched(sides.candidate(), listener),
        sides.perturbed());
  }

  private static ModelProvider watched(ModelProvider side, LockstepListener listener) {
    return new ModelProvider() {
      @Override
      public String name() {
        return side.name();
      }

      @Override
      public Model create(NetworkSpec network) {
        return new WrappedModel(side.create(network)) {
          @Override
          public double step(Batch batch, Masks masks, Observer observer) {
            listener.stepBegins(batch.step(), side.name());
            double loss = super.step(batch, masks, observer);
            listener.stepEnds(batch.step(), side.name());
            return loss;
          }
        };
      }
    };
  }

  private static boolean differs(Outcome outcome) {
    Failure failure = outcome.failure();
    return failure != null
        && (failure.kind() == Failure.Kind.DIFFERENCE || failure.kind() == Failure.Kind.NON_FINITE);
  }

  /**
   * Deeplearning4j draws initial values and masks itself, and its batches in an order of its own.
   */
  private Outcome apart(
      Experiment experiment, Split train, Split test, long seed, LockstepListener listener) {
    long ownSeed = new RandomStreams(seed).stream("own draws", 0).nextLong();
    Set<Convention> conventions = new HashSet<>(Conventions.stock());
    conventions.addAll(Conventions.ownDraws());
    long steps = experiment.compared() == null ? Long.MAX_VALUE : experiment.compared();
    return new OwnDraws(
            experiment.network(),
            plan(experiment, train, seed, steps),
            plan(experiment, train, ownSeed, steps),
            train,
            test,
            listener)
        .run(
            sides(experiment.gradient()).reference(),
            new Dl4jProvider(settings.precision(), conventions, ownSeed));
  }

  /** The plan of an experiment, or its first steps. */
  private TrainingPlan plan(Experiment experiment, Split train, long seed, long atMost) {
    TrainingSpec training = experiment.training();
    long steps = Math.min(atMost, training.steps(train.size()));
    return plan(experiment, training.with(new TrainingSpec.Length.Steps(steps)), train, seed);
  }

  private TrainingPlan plan(Experiment experiment, TrainingSpec training, Split train, long seed) {
    return new TrainingPlan(
        experiment.network(),
        training,
        train,
        experiment.member() == 0
            ? seed
            : new RandomStreams(seed).stream("member", experiment.member()).nextLong(),
        first != null ? first.state() : new ModelState(0, given(experiment, seed)));
  }

  /** A comparison that was cut short, by what it found or by the user, is not gone on with. */
  private static boolean goesOnAlone(Outcome outcome, TrainingPlan compared, TrainingPlan whole) {
    return compared.steps() < whole.steps()
        && outcome.stepsTaken() == compared.steps()
        && Double.isFinite(outcome.implementations().get(0).trainLoss());
  }

  private static Map<String, Tensor> trained(NetworkSpec network, ModelState state) {
    Map<String, Tensor> trained = new LinkedHashMap<>();
    network.trained().keySet().forEach(path -> trained.put(path, state.tensor(path)));
    return trained;
  }

  private Lockstep.Sides sides(Experiment.Gradient gradient) {
    ModelProvider scratch =
        reference != null
            ? reference
            : gradient == Experiment.Gradient.NUMERICAL
                ? new NumericalGradientProvider()
                : new ScratchProvider(blas.implementation());
    boolean inFloat = settings.precision() == Precision.FLOAT;
    return new Lockstep.Sides(
        scratch,
        candidate != null
            ? candidate
            : new Dl4jProvider(settings.precision(), settings.conventions(), 0),
        inFloat ? new RoundedToFloat(scratch) : new RoundedUp(scratch));
  }

  private Map<String, Tensor> given(Experiment experiment, long seed) {
    if (experiment.initialState() != null) {
      return NpzFile.read(experiment.initialState(), experiment.network().trained());
    }
    return reference == null ? Map.of() : reference.start(experiment.network(), seed);
  }

  private static Split part(Split split, @Nullable Integer size) {
    return size == null ? split : split.first(size);
  }

  private static String numbers(Shape shape) {
    return shape.rank() == 1
        ? Numbers.counted(shape.size(), "number")
        : "%s = %s".formatted(shape, Numbers.counted(shape.size(), "number"));
  }

  /**
   * Makes sure, before anything is trained, that an experiment can be.
   *
   * @throws UsageException if the network does not fit the data
   */
  public void requireFit(Experiment asked) {
    Experiment experiment = settings.applyTo(asked);
    requireFit(experiment, part(dataset.train(), experiment.trainSize()));
  }

  private static void requireFit(Experiment experiment, Split train) {
    NetworkSpec network = experiment.network();
    if (network.input().size() != train.image().size()) {
      throw new UsageException(
          "%s: the network reads %s, a sample of this data set has %s"
              .formatted(experiment.title(), numbers(network.input()), numbers(train.image())));
    }
    if (network.classes() != train.answer().size() && train.answer().rank() > 1) {
      throw new UsageException(
          "%s: the network answers with %s, this data set asks for %s, an answer to each step"
              .formatted(experiment.title(), numbers(network.output()), numbers(train.answer())));
    }
    if (network.classes() != train.answer().size()) {
      throw new UsageException(
          "%s: the network has %d outputs, this data set asks for %s"
              .formatted(experiment.title(), network.classes(), train.task()));
    }
    boolean softmax = network.loss().type() == LossSpec.Type.SOFTMAX_CROSS_ENTROPY;
    if (softmax && train.task().kind() != Task.Kind.CLASS) {
      throw new UsageException(
          "%s: the loss %s tells classes apart, this data set asks for %s; say loss: sumOfSquares"
              .formatted(experiment.title(), network.loss().type().id(), train.task()));
    }
    if (experiment.training().batchSize() > train.size()) {
      throw new UsageException(
          "%s: a batch of %d cannot be taken from %d training samples"
              .formatted(experiment.title(), experiment.training().batchSize(), train.size()));
    }
  }
}
