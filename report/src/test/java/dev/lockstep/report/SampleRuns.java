package dev.lockstep.report;

import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.Attribution;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.FiniteDifferenceCheck;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.RunResult.DatasetInfo;
import dev.lockstep.core.result.RunResult.ExperimentInfo;
import dev.lockstep.core.result.RunResult.Implementation;
import dev.lockstep.core.result.RunResult.Timing;
import dev.lockstep.core.result.Setting;
import dev.lockstep.core.result.Solo;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.result.Worst;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.yaml.YamlReader;
import dev.lockstep.report.summary.Summary;
import dev.lockstep.report.summary.SummaryBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Results in the shape of real ones, drawn from a seed: 1,800 steps of the default network. */
public final class SampleRuns {

  public static final long STEPS = 1800;
  private static final Experiment EXPERIMENT =
      new ExperimentFile(
              "mlp-batchnorm-dropout",
              YamlReader.read(
                  Path.of(
                      "../experiments/src/main/resources/dev/lockstep/experiments/catalogue",
                      "mlp-batchnorm-dropout.yaml")),
              Path.of(""))
          .experiments(Map.of())
          .get(0);
  private static final double ULP = 0x1p-52;

  private SampleRuns() {}

  /** A run whose two sides differ by rounding only. */
  public static RunResult agreeing(long seed) {
    return new Sample(seed).result();
  }

  /** A run whose gradients part at step 3. */
  public static RunResult differing(long seed) {
    Sample sample = new Sample(seed);
    sample.faultAt = 3;
    sample.figures =
        List.of(
            SampleFigures.elements("affine2/W", 3),
            SampleFigures.elements("affine2/b", 3),
            SampleFigures.elements("affine1/W", 3),
            SampleFigures.weights("affine1"));
    return sample.result();
  }

  /** A run whose two sides are equal to the last bit. */
  public static RunResult identical(long seed) {
    Sample sample = new Sample(seed);
    sample.noise = 0;
    return sample.result();
  }

  /** A run of another variant of the experiment. */
  public static RunResult variant(String variant, long seed) {
    return as(variant, agreeing(seed));
  }

  /** The same run under another variant's name. */
  public static RunResult as(String variant, RunResult run) {
    return as(run.experiment().id(), variant, run.dataset(), run.curves(), run);
  }

  /** The same run of another experiment, on fewer samples. */
  public static RunResult ofExperiment(String id, int train, RunResult run) {
    DatasetInfo data = run.dataset();
    return as(
        id,
        "",
        new DatasetInfo(
            data.name(),
            train,
            data.test(),
            data.sha256(),
            data.notice(),
            data.reading(),
            data.task(),
            data.outputs()),
        run.curves(),
        run);
  }

  /** The same run with its first accuracy alone. */
  public static RunResult withOneAccuracy(RunResult run) {
    Curves curves = new Curves(run.curves().loss(), run.curves().accuracy().subList(0, 1));
    return as(run.experiment().id(), run.experiment().variant(), run.dataset(), curves, run);
  }

  private static RunResult as(
      String id, String variant, DatasetInfo data, Curves curves, RunResult run) {
    ExperimentInfo info = run.experiment();
    return new RunResult(
        run.schemaVersion(),
        run.command(),
        run.verdict(),
        run.undecided(),
        run.failure(),
        new ExperimentInfo(
            id,
            variant,
            info.chapter(),
            info.shows(),
            info.seed(),
            info.steps(),
            info.plannedSteps(),
            info.batchSize(),
            info.alignment(),
            info.precision(),
            info.layers(),
            info.inputs(),
            info.equivalenceMargin(),
            info.declaredTolerance()),
        data,
        run.environment(),
        Stream.concat(
                run.configuration().stream(),
                Stream.of(new Setting("variant.name", variant, variant)))
            .toList(),
        run.implementations(),
        run.coverage(),
        run.horizon(),
        run.firstDivergence(),
        run.attribution(),
        run.worst(),
        curves,
        run.readings(),
        run.metrics(),
        run.solo(),
        run.figures(),
        run.timing());
  }

  /** A run with figures. */
  public static RunResult with(List<Figure> figures) {
    Sample sample = new Sample(1);
    sample.figures = figures;
    return sample.result();
  }

  /** A run whose reference went on alone for two epochs. */
  public static RunResult goingOnAlone(long seed) {
    return goingOnAlone(seed, 2);
  }

  /**
   * @param accuracies how often the reference was tested alone, at most twice
   */
  public static RunResult goingOnAlone(long seed, int accuracies) {
    Sample sample = new Sample(seed);
    List<Solo.Point> points =
        List.of(new Solo.Point(2400, 0.975, 0.9712), new Solo.Point(3600, 0.991, 0.9834));
    sample.solo = new Solo("scratch", STEPS + 1, 3600, 0.0311, points.subList(2 - accuracies, 2));
    return sample.result();
  }

  /** A run on data of which the reader must be told something. */
  public static RunResult noticed(String notice) {
    Sample sample = new Sample(1);
    sample.notice = notice;
    return sample.result();
  }

  /** A run whose two sides left the finite numbers at step 23, as foreseen. */
  public static RunResult diverged(long seed) {
    Sample sample = new Sample(seed);
    sample.divergesAt = 23;
    return sample.result();
  }

  /** A run of two sides that each drew for themselves. */
  public static RunResult ownDraws(long seed) {
    Sample sample = new Sample(seed);
    sample.candidateGain = 0.004 * (sample.random.nextDouble() - 0.5);
    return sample.result();
  }

  /** A stock run whose differences known conventions explain. */
  public static RunResult explained(long seed) {
    Sample sample = new Sample(seed);
    sample.explained = true;
    return sample.result();
  }

  /** A run that went on past the step where rounding alone sets the sides apart. */
  public static RunResult beyondTheHorizon(long seed) {
    Sample sample = new Sample(seed);
    sample.horizon = 100L;
    return sample.result();
  }

  /** A run in one step of which a ReLU stood on different sides of its kink, within rounding. */
  public static RunResult flipped(long seed) {
    Sample sample = new Sample(seed);
    sample.flipsAt = 5;
    return sample.result();
  }

  /** A run of which too little could be judged to say that its sides agree. */
  public static RunResult undecided(long seed, String reason) {
    Sample sample = new Sample(seed);
    sample.undecided = reason;
    return sample.result();
  }

  /** A run of which every tenth step was observed. */
  public static RunResult observedOften(long seed) {
    Sample sample = new Sample(seed);
    sample.cadence = new Cadence(10);
    return sample.result();
  }

  /** Agreeing runs of several seeds. */
  public static Summary summary(int seeds) {
    SummaryBuilder summary =
        new SummaryBuilder("./lockstep compare mlp-batchnorm-dropout --seeds 1.." + seeds);
    for (int seed = 1; seed <= seeds; seed++) {
      summary.add(agreeing(seed), "mlp-batchnorm-dropout/seed-" + seed);
    }
    return summary.build();
  }

  private static final class Sample {
    private final long seed;
    private final Random random;
    private String notice = "";
    private String undecided = "";
    private double noise = 4;
    private double candidateGain;
    private boolean explained;
    private long faultAt = Long.MAX_VALUE;
    private long divergesAt = Long.MAX_VALUE;
    private long flipsAt = Long.MAX_VALUE;
    private @Nullable Long horizon;
    private Cadence cadence = new Cadence(Cadence.SPARSER);
    private @Nullable Solo solo;
    private List<Figure> figures = List.of();

    Sample(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    RunResult result() {
      List<TensorReading> readings = readings();
      FirstDivergence first = faultAt <= STEPS ? divergence() : null;
      Curves curves = curves();
      Curves.AccuracyPoint last = curves.accuracy().get(curves.accuracy().size() - 1);
      Map<String, Double> speeds = new LinkedHashMap<>();
      speeds.put("scratch", 41_000 + 100.0 * random.nextInt(20));
      speeds.put("deeplearning4j", 23_000 + 100.0 * random.nextInt(20));
      long tensors = ExpectedTensor.of(EXPERIMENT.network()).size();
      long steps = readings.stream().mapToLong(TensorReading::step).distinct().count();
      return new RunResult(
          RunResult.SCHEMA_VERSION,
          "./lockstep compare mlp-batchnorm-dropout --seed " + seed,
          first != null
              ? Verdict.DIFFER
              : explained
                  ? Verdict.EXPLAINED
                  : divergesAt <= STEPS
                      ? Verdict.DIVERGED_ALIKE
                      : undecided.isEmpty() ? Verdict.AGREE : Verdict.UNDECIDED,
          undecided,
          first == null ? null : failure(),
          info(),
          new DatasetInfo(
              notice.isEmpty() ? "mnist" : "synthetic",
              60_000,
              10_000,
              "0".repeat(64),
              notice,
              List.of(),
              "class",
              IntStream.range(0, 10).mapToObj(Integer::toString).toList()),
          environment(),
          configuration(),
          List.of(
              new Implementation(
                  "scratch", "reference", loss(), last.referenceTrain(), last.referenceTest()),
              new Implementation(
                  "deeplearning4j",
                  "candidate",
                  loss() + noise * ULP,
                  last.candidateTrain(),
                  last.candidateTest())),
          new Coverage(
              tensors * steps,
              (tensors - 2) * steps,
              (tensors - 2) * steps,
              2 * steps,
              0,
              1_234_567,
              steps,
              List.of(
                  new Coverage.Skipped(Phase.UPDATE, "affine1/W/velocity", "matched by --exclude"),
                  new Coverage.Skipped(Phase.UPDATE, "affine1/b/velocity", "matched by --exclude")),
              Map.of()),
          horizon,
          explained ? divergence() : first,
          explained ? attribution() : null,
          worst(readings),
          curves,
          readings,
          List.of(),
          solo,
          figures,
          new Timing(101.5, speeds));
    }

    private double loss() {
      return divergesAt <= STEPS ? Double.NaN : 0.0712;
    }

    private ExperimentInfo info() {
      return new ExperimentInfo(
          EXPERIMENT.id(),
          "",
          EXPERIMENT.chapter(),
          EXPERIMENT.shows(),
          seed,
          STEPS,
          STEPS,
          100,
          "aligned",
          "double",
          EXPERIMENT.network().layers().stream().map(LayerSpec::name).toList(),
          EXPERIMENT.network().inputs(),
          0.005,
          null);
    }

    private static Map<String, String> environment() {
      Map<String, String> environment = new LinkedHashMap<>();
      environment.put("jdk", "17.0.15+6");
      environment.put("os", "Linux 6.1 amd64");
      environment.put("processor", "2 cores");
      environment.put("threads", "OMP_NUM_THREADS=1");
      environment.put("blas", "OpenBLAS 0.3.19");
      return environment;
    }

    private static List<Setting> configuration() {
      return List.of(
          new Setting("optimizer.type", "momentum", "momentum"),
          new Setting("optimizer.learningRate", "0.1", "0.1"),
          new Setting("training.batchSize", "100", "100"),
          new Setting("precision", "double", "double"),
          new Setting("matrix product", "netlib, OpenBLAS", "ND4J, OpenBLAS"));
    }

    private Curves curves() {
      List<Curves.LossPoint> loss = new ArrayList<>();
      for (long step = 5; step <= STEPS; step += 5) {
        double value = 0.07 + 2.2 * Math.exp(-(double) step / 150.0) + 0.03 * random.nextDouble();
        boolean diverged = step >= divergesAt;
        loss.add(
            new Curves.LossPoint(
                step, diverged ? Double.NaN : value, diverged ? Double.NaN : value + noise * ULP));
        if (diverged) {
          break;
        }
      }
      List<Curves.AccuracyPoint> accuracy = new ArrayList<>();
      for (long step = 600; step <= STEPS; step += 600) {
        double test = 0.976 - 12.0 / (double) step + 0.002 * random.nextDouble();
        double candidate = test + candidateGain;
        accuracy.add(
            new Curves.AccuracyPoint(step, test + 0.008, candidate + 0.008, test, candidate, 0));
      }
      return new Curves(loss, accuracy);
    }

    private List<TensorReading> readings() {
      List<TensorReading> readings = new ArrayList<>();
      for (long step = 1; step <= Math.min(STEPS, divergesAt); step++) {
        if (cadence.observes(step, STEPS)) {
          for (Reading reading : Reading.values()) {
            for (ExpectedTensor tensor : compared()) {
              readings.add(reading(step, reading, tensor));
            }
          }
        }
      }
      return readings;
    }

    private static List<ExpectedTensor> compared() {
      return ExpectedTensor.of(EXPERIMENT.network()).stream()
          .filter(tensor -> !tensor.key().path().matches("affine1/./velocity"))
          .toList();
    }

    private TensorReading reading(long step, Reading reading, ExpectedTensor tensor) {
      double growth = reading != Reading.FREE_RUNNING ? 1 : 1 + Math.sqrt((double) step);
      double magnitude = tensor.key().phase() == Phase.BACKWARD ? 0.01 : 1 + random.nextDouble();
      double floor = magnitude * ULP * growth;
      double error = noise * floor * random.nextDouble();
      boolean faulty =
          step >= faultAt
              && (tensor.key().phase() == Phase.UPDATE || tensor.key().phase() == Phase.BACKWARD)
              && tensor.layer().equals("affine2");
      if (horizon != null && step >= horizon && reading == Reading.FREE_RUNNING) {
        error = 1000 * floor;
      }
      if (faulty) {
        error = 1e-3 * magnitude;
      }
      boolean flipped = step == flipsAt && tensor.layer().equals("affine1");
      if (flipped) {
        error = 1e12 * floor;
      }
      return new TensorReading(
          step,
          tensor.key().phase(),
          tensor.layer(),
          tensor.key().path(),
          reading,
          error,
          error / magnitude,
          floor,
          magnitude,
          error <= Tolerance.MAX_ERROR_OVER_FLOOR * floor,
          horizon != null && step >= horizon && reading == Reading.FREE_RUNNING
              ? "at or past the divergence horizon"
              : flipped ? "a ReLU stood on different sides of its kink" : "");
    }

    private static Map<Phase, Worst> worst(List<TensorReading> readings) {
      Map<Phase, Worst> worst = new EnumMap<>(Phase.class);
      for (TensorReading r : readings) {
        if (r.reading() == Reading.FREE_RUNNING) {
          worst.merge(
              r.phase(),
              new Worst(r.maxAbs(), r.maxRel(), r.tensor(), r.step()),
              (a, b) -> b.maxAbs() > a.maxAbs() ? b : a);
        }
      }
      return worst;
    }

    private static Attribution attribution() {
      Map<String, Double> own = new LinkedHashMap<>();
      own.put("batch-norm-momentum", 3.1e12);
      own.put("dropout-scaling", 0.0);
      own.put("nesterov-velocity", 4.2e9);
      return new Attribution(
          10,
          20,
          3.1e12,
          List.of("batch-norm-momentum", "nesterov-velocity"),
          null,
          own,
          Map.of(
              "batch-norm-momentum",
              new Attribution.Formulas(
                  "batch normalization",
                  "decay 0.9",
                  "decay 0.1: the other way round",
                  "momentum=0.1: the share of the new")),
          1.7);
    }

    private Failure failure() {
      return new Failure(
          Failure.Kind.DIFFERENCE,
          "step %d: backward affine2/W of affine2 differs by 0.001, 4.5e+12 times what rounding explains"
              .formatted(faultAt));
    }

    private @Nullable FirstDivergence divergence() {
      return new FirstDivergence(
          Math.min(faultAt, STEPS),
          Phase.BACKWARD,
          "affine2",
          "affine2/W",
          List.of(3, 7),
          0.0125,
          0.0135,
          0.001,
          ULP,
          Reading.SINGLE_STEP,
          9_984,
          10_000,
          new FirstDivergence.Element(List.of(0, 2), 1e-5, 4e-5),
          "the gradient is not divided by the batch size",
          FiniteDifferenceCheck.of(
              "affine2/W",
              List.of(3, 7),
              0.001,
              new FiniteDifferenceCheck.SideSlope(0.0125, 0.0125, 1e-11),
              new FiniteDifferenceCheck.SideSlope(0.0135, 0.0125, 1e-11),
              ""));
    }
  }
}
