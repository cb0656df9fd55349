package dev.lockstep.cluster;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.experiments.work.Cluster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.TaskCreator;
import org.deeplearning4j.arbiter.optimize.api.data.DataProvider;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.optimize.api.saving.ResultSaver;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.runner.IOptimizationRunner;
import org.deeplearning4j.arbiter.optimize.runner.LocalOptimizationRunner;
import org.deeplearning4j.arbiter.optimize.runner.listener.StatusListener;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;

/**
 * Arbiter's search with its candidates trained on Apache Spark. Candidates are chosen, results
 * gathered and models saved in this process, as by Arbiter's {@link LocalOptimizationRunner}. A
 * candidate goes out as JSON: the configuration and where in its space the candidate lies; its
 * score, its status and the trained model come back. Nothing alive is sent, so that {@code
 * DataSource}, {@code ScoreFunction} and {@code TaskCreator} are made anew in each executor.
 *
 * <p>Of the listeners, those of candidates that were begun and have ended are told; none is told of
 * iterations, which happen elsewhere.
 */
public final class SparkOptimizationRunner extends LocalOptimizationRunner {

  /**
   * For the spaces of Arbiter's own.
   *
   * @param spark stays open
   * @param configuration with a {@code dataSource}
   * @throws InputException if it cannot be written as JSON and read again
   * @throws UsageException if it has a {@code dataProvider}, which cannot be sent
   */
  public SparkOptimizationRunner(JavaSparkContext spark, OptimizationConfiguration configuration) {
    this(spark, configuration, null);
  }

  /**
   * @param spark stays open; as many candidates are trained at a time as it has cores
   * @param configuration with a {@code dataSource}
   * @param tasks makes what trains a candidate, and has a constructor without parameters; null:
   *     Arbiter's for this space
   * @throws InputException if the configuration cannot be written as JSON and read again
   * @throws UsageException if it has a {@code dataProvider}, which cannot be sent
   */
  public SparkOptimizationRunner(
      JavaSparkContext spark,
      OptimizationConfiguration configuration,
      @Nullable Class<? extends TaskCreator> tasks) {
    super(
        spark.defaultParallelism(),
        configuration,
        new Sent(
            new SparkCluster(spark),
            text(configuration),
            tasks == null ? null : tasks.getName(),
            configuration.getResultSaver()));
  }

  /** Returns what executors need of a configuration. */
  private static String text(OptimizationConfiguration configuration) {
    if (configuration.getDataSource() == null) {
      throw noSource();
    }
    OptimizationConfiguration sent = new OptimizationConfiguration();
    sent.setCandidateGenerator(configuration.getCandidateGenerator());
    sent.setDataSource(configuration.getDataSource());
    sent.setDataSourceProperties(configuration.getDataSourceProperties());
    sent.setScoreFunction(configuration.getScoreFunction());
    try {
      String text = sent.toJson();
      OptimizationConfiguration.fromJson(text);
      return text;
    } catch (RuntimeException e) {
      throw new InputException(
          "expected a configuration that Arbiter writes as JSON and reads again, found one that it does not: "
              + Reasons.of(e),
          e);
    }
  }

  private static UsageException noSource() {
    return new UsageException(
        "expected a configuration with dataSource(CLASS, PROPERTIES), which every executor can make, found a dataProvider or none");
  }

  /** Has a candidate trained by an executor, and what came of it saved here. */
  @SuppressWarnings({"rawtypes", "deprecation"}) // Arbiter's interface
  private record Sent(
      Cluster cluster, String configuration, @Nullable String tasks, @Nullable ResultSaver saver)
      implements TaskCreator {

    @Override
    public Callable<OptimizationResult> create(
        Candidate candidate,
        DataProvider data,
        ScoreFunction score,
        List<StatusListener> listeners,
        IOptimizationRunner runner) {
      throw noSource();
    }

    @Override
    public Callable<OptimizationResult> create(
        Candidate candidate,
        Class<? extends DataSource> source,
        Properties properties,
        ScoreFunction score,
        List<StatusListener> listeners,
        IOptimizationRunner runner) {
      CandidateWorker.Unit unit =
          new CandidateWorker.Unit(
              configuration,
              tasks,
              saver != null,
              candidate.getIndex(),
              Arrays.stream(candidate.getFlatParameters()).boxed().toList());
      return () -> {
        List<byte[]> came = new ArrayList<>();
        cluster.carryOut(
            CandidateWorker.class, List.of(unit.text()), (i, parcel) -> came.add(parcel));
        return result(candidate, CandidateWorker.Came.of(came.get(0)));
      };
    }

    private OptimizationResult result(Candidate candidate, CandidateWorker.Came came)
        throws IOException {
      OptimizationResult result =
          new OptimizationResult(
              candidate, came.score(), candidate.getIndex(), null, came.info(), null);
      Model model = came.model();
      if (saver != null && model != null) {
        result.setResultReference(saver.saveModel(result, model));
      }
      return result;
    }
  }
}
