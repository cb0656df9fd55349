package dev.lockstep.cluster;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.core.InputException;
import dev.lockstep.experiments.machine.Environment;
import dev.lockstep.experiments.work.Cluster;
import dev.lockstep.experiments.work.Parcel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.api.TaskCreator;
import org.deeplearning4j.arbiter.optimize.api.TaskCreatorProvider;
import org.deeplearning4j.arbiter.optimize.api.saving.ResultReference;
import org.deeplearning4j.arbiter.optimize.api.saving.ResultSaver;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxCandidatesCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.runner.CandidateInfo;
import org.deeplearning4j.arbiter.optimize.runner.LocalOptimizationRunner;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;

/** Trains one candidate of an Arbiter search in an executor. */
public final class CandidateWorker implements Cluster.Worker {

  private static final String RESULT = "result.json";
  private static final String NETWORK = "network.zip";
  private static final String GRAPH = "graph.zip";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * All that an executor needs of a candidate.
   *
   * @param configuration of the search, Arbiter's JSON
   * @param tasks the class that makes what trains a candidate; null: Arbiter's for the space
   * @param model whether the trained model is to come back
   * @param index of the candidate, from 0
   * @param place of the candidate in the space, a number from 0 to 1 for each of its dimensions
   */
  record Unit(
      String configuration, @Nullable String tasks, boolean model, int index, List<Double> place) {

    String text() throws IOException {
      return JSON.writeValueAsString(this);
    }
  }

  /**
   * What comes back.
   *
   * @param score null: the candidate failed, as its status says
   */
  record Came(@Nullable Double score, CandidateInfo info, @Nullable Model model) {

    /** The part that is text. */
    private record Told(@Nullable Double score, CandidateInfo info) {}

    /**
     * @throws RuntimeException that which the candidate failed with, outside of its training
     */
    static Came of(byte[] parcel) throws IOException {
      Map<String, byte[]> files = Parcel.open(parcel);
      Told told = JSON.readValue(files.getOrDefault(RESULT, new byte[0]), Told.class);
      byte[] network = files.get(NETWORK);
      byte[] graph = files.get(GRAPH);
      return new Came(
          told.score(),
          told.info(),
          network != null
              ? ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(network))
              : graph != null
                  ? ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(graph))
                  : null);
    }

    byte[] parcel() throws IOException {
      Map<String, byte[]> files = new LinkedHashMap<>();
      files.put(RESULT, JSON.writeValueAsBytes(new Told(score, info)));
      if (model != null) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ModelSerializer.writeModel(model, bytes, true);
        files.put(model instanceof ComputationGraph ? GRAPH : NETWORK, bytes.toByteArray());
      }
      return Parcel.of(files);
    }
  }

  @Override
  public byte[] carryOut(String text, Cluster.Here here) {
    try {
      return carryOut(JSON.readValue(text, Unit.class)).parcel();
    } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) { // a task's
      return Parcel.failure(e, Environment.host());
    }
  }

  @SuppressWarnings({"rawtypes", "unchecked"}) // Arbiter's interface
  private static Came carryOut(Unit unit) throws Exception {
    OptimizationConfiguration configuration =
        OptimizationConfiguration.fromJson(unit.configuration());
    Kept kept = new Kept();
    configuration.setResultSaver(kept);
    // Arbiter makes no runner without one; when a search is over is up to the process that chooses
    configuration.setTerminationConditions(List.of(new MaxCandidatesCondition(1)));
    ParameterSpace<?> space = configuration.getCandidateGenerator().getParameterSpace();
    double[] place = unit.place().stream().mapToDouble(Double::doubleValue).toArray();
    Candidate candidate = new Candidate(space.getValue(place), unit.index(), place);
    TaskCreator tasks =
        unit.tasks() == null
            ? TaskCreatorProvider.defaultTaskCreatorFor(space.getClass())
            : Class.forName(unit.tasks(), true, Thread.currentThread().getContextClassLoader())
                .asSubclass(TaskCreator.class)
                .getDeclaredConstructor()
                .newInstance();
    // asked for its configuration alone: nothing is begun by it
    LocalOptimizationRunner asked = new LocalOptimizationRunner(1, configuration, tasks);
    try {
      OptimizationResult result =
          tasks
              .create(
                  candidate,
                  configuration.getDataSource(),
                  configuration.getDataSourceProperties(),
                  configuration.getScoreFunction(),
                  List.of(),
                  asked)
              .call();
      return new Came(
          result.getScore(), result.getCandidateInfo(), unit.model() ? kept.model() : null);
    } finally {
      asked.shutdown(false);
    }
  }

  /** Keeps a trained model until it is sent. */
  private static final class Kept implements ResultSaver {
    private @Nullable Object model;

    @Override
    public @Nullable ResultReference saveModel(OptimizationResult result, Object trained) {
      model = trained;
      return null;
    }

    @Nullable Model model() {
      if (model == null
          || model instanceof MultiLayerNetwork
          || model instanceof ComputationGraph) {
        return (Model) model;
      }
      throw new InputException(
          "expected a MultiLayerNetwork or a ComputationGraph to send back, found "
              + model.getClass().getSimpleName()
              + "; leave the resultSaver out");
    }

    @Override
    public List<Class<?>> getSupportedCandidateTypes() {
      return List.of(Object.class);
    }

    @Override
    public List<Class<?>> getSupportedModelTypes() {
      return List.of(Object.class);
    }
  }
}
