package dev.lockstep.core.result;

import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.rounding.DeclaredTolerance;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one run found: one experiment, one variant, one seed.
 *
 * @param command that started it
 * @param undecided why the verdict is {@link Verdict#UNDECIDED}, empty otherwise
 * @param failure null where the verdict is none
 * @param environment what the run stood on: JDK, operating system, processor, threads, BLAS,
 *     versions
 * @param configuration what was trained and how, every setting that can be read or changed
 * @param horizon the step from which on rounding alone makes the two sides incomparable element by
 *     element, null if the run never came there
 * @param firstDivergence null if there is none
 * @param attribution which conventions explain a stock comparison's difference; null where there is
 *     none, or Deeplearning4j computes the book's formulas
 * @param worst the largest differences by phase; phases that were not compared are missing
 * @param metrics of the test samples, where accuracy does not say it all; empty for most
 * @param solo how the reference went on alone, null if it did not: none of it was compared
 * @param figures what this run shows besides, empty for most
 * @param timing everything that a clock gave: two equal runs differ in nothing else
 */
public record RunResult(
    int schemaVersion,
    String command,
    Verdict verdict,
    String undecided,
    @Nullable Failure failure,
    ExperimentInfo experiment,
    DatasetInfo dataset,
    Map<String, String> environment,
    List<Setting> configuration,
    List<Implementation> implementations,
    Coverage coverage,
    @Nullable Long horizon,
    @Nullable FirstDivergence firstDivergence,
    @Nullable Attribution attribution,
    Map<Phase, Worst> worst,
    Curves curves,
    List<TensorReading> readings,
    List<Metric> metrics,
    @Nullable Solo solo,
    List<Figure> figures,
    Timing timing) {

  /** Raised whenever a field of the written form changes its meaning or goes away. */
  public static final int SCHEMA_VERSION = 2;

  public RunResult {
    if (implementations.size() != 2) {
      throw new IllegalArgumentException(
          "implementations: expected the two sides, found " + implementations.size());
    }
  }

  /**
   * What was run.
   *
   * @param variant empty if the experiment has none
   * @param chapter of the book, empty if it is not from there
   * @param shows one sentence: what a reader learns from it, may be empty
   * @param steps that were taken
   * @param plannedSteps more than were taken if the run was interrupted, or ended early for what it
   *     found
   * @param layers full paths, {@code residual1/conv1}, in the order of the forward pass
   * @param inputs what each layer, and last the loss, reads: layers before it, or the data
   * @param equivalenceMargin the largest difference in test accuracy, as a share, at which the two
   *     sides still count as equally good; fixed before the run, null if it was not
   * @param declaredTolerance what stands in place of measured floors, null if they were measured
   */
  public record ExperimentInfo(
      String id,
      String variant,
      String chapter,
      String shows,
      long seed,
      long steps,
      long plannedSteps,
      int batchSize,
      String alignment,
      String precision,
      List<String> layers,
      Map<String, List<String>> inputs,
      @Nullable Double equivalenceMargin,
      @Nullable DeclaredTolerance declaredTolerance) {

    /** Returns the id, with the variant after a slash where there is one. */
    public String title() {
      return variant.isEmpty() ? id : id + "/" + variant;
    }
  }

  /**
   * What it was run on.
   *
   * @param notice what a reader must know about it, such as that MNIST could not be had; may be
   *     empty
   * @param reading how a user's own files were read, a statement each; empty for published data
   * @param task what the outputs are: {@code class}, {@code binary} or {@code regression}
   * @param outputs names of the classes, or of the columns that are predicted
   */
  public record DatasetInfo(
      String name,
      int train,
      int test,
      String sha256,
      String notice,
      List<String> reading,
      String task,
      List<String> outputs) {

    public DatasetInfo {
      reading = List.copyOf(reading);
      outputs = List.copyOf(outputs);
    }

    /** Returns the same where no one number of samples is that of all runs. */
    public DatasetInfo withoutSizes() {
      return new DatasetInfo(name, 0, 0, sha256, notice, reading, task, outputs);
    }

    /** Describes data as it is used, of which a part may be left out. */
    public static DatasetInfo of(Dataset dataset, int train, int test) {
      Task task = dataset.train().task();
      return new DatasetInfo(
          dataset.name(),
          train,
          test,
          dataset.sha256(),
          dataset.notice(),
          dataset.reading(),
          task.kind().name().toLowerCase(Locale.ROOT),
          task.names());
    }

    /** Describes a run that needs no data. */
    public static DatasetInfo none() {
      return new DatasetInfo("none", 0, 0, "", "", List.of(), "class", List.of());
    }

    /** Returns what is reported as accuracy: R² where numbers are predicted. */
    public String score() {
      return task.equals("regression") ? "R²" : "accuracy";
    }

    /** Returns how many training samples the accuracy on them is taken on: as many as test it. */
    public int trainSample() {
      return Math.min(train, test);
    }
  }

  /**
   * How good the outputs for the test samples are after the last step.
   *
   * @param name such as {@code RMSE}
   * @param candidate by Deeplearning4j's own evaluation where it is the candidate
   */
  public record Metric(String name, double reference, double candidate) {}

  /**
   * One side and how well it learned.
   *
   * @param role {@code reference} or {@code candidate}
   * @param trainLoss of the last step's batch
   * @param trainAccuracy after the last step, of a random part of the training samples, as many as
   *     there are to test with; where numbers are predicted, R²
   * @param testAccuracy after the last step, as a share; where numbers are predicted, R²
   */
  public record Implementation(
      String name, String role, double trainLoss, double trainAccuracy, double testAccuracy) {}

  /**
   * What a clock gave.
   *
   * @param seconds of the whole run
   * @param samplesPerSecond by implementation, training steps alone
   */
  public record Timing(double seconds, Map<String, Double> samplesPerSecond) {}

  /** Returns the side with a role, {@code reference} or {@code candidate}. */
  public Implementation side(String role) {
    return implementations.stream()
        .filter(side -> side.role().equals(role))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no implementation is the " + role));
  }
}
