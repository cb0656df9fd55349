package dev.lockstep.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.UsageException;
import java.io.IOException;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.arbiter.MultiLayerSpace;
import org.deeplearning4j.arbiter.conf.updater.SgdSpace;
import org.deeplearning4j.arbiter.layers.DenseLayerSpace;
import org.deeplearning4j.arbiter.layers.OutputLayerSpace;
import org.deeplearning4j.arbiter.optimize.api.data.DataProvider;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.optimize.api.saving.InMemoryResultSaver;
import org.deeplearning4j.arbiter.optimize.api.saving.ResultReference;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxCandidatesCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.generator.RandomSearchGenerator;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.deeplearning4j.arbiter.optimize.runner.CandidateInfo;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.deeplearning4j.arbiter.optimize.runner.IOptimizationRunner;
import org.deeplearning4j.arbiter.optimize.runner.LocalOptimizationRunner;
import org.deeplearning4j.arbiter.scoring.impl.TestSetLossScoreFunction;
import org.deeplearning4j.arbiter.task.MultiLayerNetworkTaskCreator;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Arbiter's local runner and the one on Spark come to the same, from a user's own code. */
class SparkOptimizationRunnerTest {

  private static final int CANDIDATES = 6;

  /** Two clouds of points. */
  public static final class Points implements DataSource {
    private static final long serialVersionUID = 1L;
    private int size;

    @Override
    public void configure(Properties properties) {
      size = Integer.parseInt(properties.getProperty("size"));
    }

    @Override
    public Object trainData() {
      return data(1);
    }

    @Override
    public Object testData() {
      return data(2);
    }

    private Object data(long seed) {
      Random random = new Random(seed);
      double[][] points = new double[size][2]; // [N, 2]
      double[][] labels = new double[size][2]; // [N, 2]
      for (int i = 0; i < size; i++) {
        int label = i % 2;
        labels[i][label] = 1;
        points[i][0] = label + 0.5 * random.nextGaussian();
        points[i][1] = -label + 0.5 * random.nextGaussian();
      }
      DataSet all = new DataSet(Nd4j.create(points), Nd4j.create(labels));
      return new ListDataSetIterator<>(all.asList(), 10);
    }

    @Override
    public Class<?> getDataType() {
      return ListDataSetIterator.class;
    }
  }

  /** Its widths include 0, of which Deeplearning4j makes no layer: such candidates fail. */
  private static OptimizationConfiguration.Builder configuration() {
    MultiLayerSpace space =
        new MultiLayerSpace.Builder()
            .seed(7)
            .updater(new SgdSpace(new ContinuousParameterSpace(0.01, 0.5)))
            .addLayer(
                new DenseLayerSpace.Builder()
                    .nIn(2)
                    .nOut(new IntegerParameterSpace(0, 2))
                    .activation(Activation.TANH)
                    .build())
            .addLayer(
                new OutputLayerSpace.Builder()
                    .nOut(2)
                    .activation(Activation.SOFTMAX)
                    .lossFunction(LossFunctions.LossFunction.MCXENT)
                    .build())
            .setInputType(org.deeplearning4j.nn.conf.inputs.InputType.feedForward(2))
            .numEpochs(2)
            .build();
    RandomSearchGenerator generator = new RandomSearchGenerator(space);
    generator.setRngSeed(3);
    Properties properties = new Properties();
    properties.setProperty("size", "40");
    return new OptimizationConfiguration.Builder()
        .candidateGenerator(generator)
        .dataSource(Points.class, properties)
        .modelSaver(new InMemoryResultSaver())
        .scoreFunction(new TestSetLossScoreFunction())
        .terminationConditions(new MaxCandidatesCondition(CANDIDATES));
  }

  private static JavaSparkContext spark() {
    return new JavaSparkContext(
        new SparkConf()
            .setMaster("local[2]")
            .setAppName("a user's own")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.driver.bindAddress", "127.0.0.1"));
  }

  /** Of those that were asked for: Arbiter begins more where it has several at a time. */
  private static Map<Integer, String> ends(IOptimizationRunner runner) {
    Map<Integer, String> ends = new TreeMap<>();
    for (CandidateInfo info : runner.getCandidateStatus()) {
      if (info.getIndex() < CANDIDATES) {
        ends.put(info.getIndex(), info.getCandidateStatus() + " " + info.getScore());
      }
    }
    return ends;
  }

  private static Map<Integer, INDArray> parameters(IOptimizationRunner runner) throws IOException {
    Map<Integer, INDArray> parameters = new TreeMap<>();
    for (ResultReference reference : runner.getResults()) {
      MultiLayerNetwork network = (MultiLayerNetwork) reference.getResultModel();
      if (reference.getResult().getIndex() < CANDIDATES) {
        parameters.put(reference.getResult().getIndex(), network.params());
      }
    }
    return parameters;
  }

  @Test
  void comesToWhatArbitersOwnRunnerDoes() throws IOException {
    IOptimizationRunner local =
        new LocalOptimizationRunner(1, configuration().build(), new MultiLayerNetworkTaskCreator());
    local.execute();
    assertThat(ends(local))
        .hasSize(CANDIDATES)
        .anySatisfy((index, end) -> assertThat(end).startsWith("Failed"))
        .anySatisfy((index, end) -> assertThat(end).startsWith("Complete"));
    try (JavaSparkContext spark = spark()) {
      IOptimizationRunner cluster = new SparkOptimizationRunner(spark, configuration().build());
      cluster.execute();
      assertThat(ends(cluster)).isEqualTo(ends(local));
      assertThat(cluster.bestScore())
          .isEqualTo(
              cluster.getCandidateStatus().stream()
                  .filter(info -> info.getCandidateStatus() == CandidateStatus.Complete)
                  .mapToDouble(CandidateInfo::getScore)
                  .min()
                  .orElseThrow());
      assertThat(parameters(cluster)).isEqualTo(parameters(local));
    }
  }

  @Test
  @SuppressWarnings("deprecation") // what is refused
  void refusesDataThatCannotBeSent() {
    OptimizationConfiguration configuration = configuration().build();
    configuration.setDataSource(null);
    configuration.setDataProvider(
        new DataProvider() {
          private static final long serialVersionUID = 1L;

          @Override
          public Object trainData(Map<String, Object> parameters) {
            throw new AssertionError("asked for data");
          }

          @Override
          public Object testData(Map<String, Object> parameters) {
            throw new AssertionError("asked for data");
          }

          @Override
          public Class<?> getDataType() {
            return Object.class;
          }
        });
    try (JavaSparkContext spark = spark()) {
      assertThatThrownBy(() -> new SparkOptimizationRunner(spark, configuration))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("dataSource");
    }
  }
}
