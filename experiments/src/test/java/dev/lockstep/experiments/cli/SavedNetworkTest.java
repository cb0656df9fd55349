package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.digits.SyntheticDigits;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.storage.NpzFile;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Zips of DL4J's ModelSerializer, in and out, held against DL4J itself. */
class SavedNetworkTest {

  private static final int STEPS = 3;

  /** Parameters of about 0.01 after two steps on two sides: a few units in the last place. */
  private static final double ROUNDING = 1e-15;

  private static final int BATCH = 16;
  private static final int SAMPLES = 48;
  private static final Split DIGITS = SyntheticDigits.dataset(1, 600, 200).train().first(SAMPLES);

  @TempDir static Path temp;
  private static String data;

  @BeforeAll
  static void writeData() throws IOException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
  }

  /** Batches as a run with seed 1 takes them: the network plays no part in it. */
  private static Batch batch(long step) {
    NetworkSpec any =
        new NetworkSpec(
            Shape.of(1, 28, 28),
            List.of(new LayerSpec.Affine("affine1", 10, new InitialValues.He())),
            new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, 0),
            0,
            new OptimizerSpec.Sgd(LearningRate.constant(0.1)));
    return new TrainingPlan(
            any,
            new TrainingSpec(
                BATCH, TrainingSpec.Order.SHUFFLED, new TrainingSpec.Length.Steps(STEPS)),
            DIGITS,
            1)
        .batch(step);
  }

  private static INDArray images(Batch batch) {
    return Nd4j.create(batch.inputs().data(), new long[] {BATCH, 1, 28, 28}, 'c')
        .castTo(DataType.FLOAT);
  }

  private static INDArray labels(Batch batch) {
    return Nd4j.create(batch.targets().data(), new long[] {BATCH, 10}, 'c').castTo(DataType.FLOAT);
  }

  /** A network that was trained elsewhere: seven steps on one batch. */
  private static MultiLayerNetwork sequence() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Adam(1e-2))
                .l2(1e-3)
                .list()
                .layer(
                    new ConvolutionLayer.Builder(5, 5)
                        .nOut(3)
                        .stride(3, 3)
                        .activation(Activation.RELU)
                        .build())
                .layer(new BatchNormalization())
                .layer(new DenseLayer.Builder().nOut(12).activation(Activation.TANH).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(28, 28, 1))
                .build());
    network.init();
    for (int i = 0; i < 7; i++) {
      network.fit(images(batch(1)), labels(batch(1)));
    }
    return network;
  }

  private static Path output(Path zip) {
    return Path.of(zip + "-run");
  }

  private static Invocation compare(Path zip, int steps, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of("compare", "--dl4j-config", zip.toString(), "--data", data, "-q", "--steps"));
    words.addAll(List.of("" + steps, "--output", output(zip).toString()));
    words.addAll(List.of("training.batchSize=" + BATCH, "--train-size", "" + SAMPLES));
    words.addAll(List.of("--test-size", "40"));
    words.addAll(List.of(more));
    return Invocation.of(words.toArray(String[]::new));
  }

  private static JsonNode result(Path zip) throws IOException {
    return JsonMapper.builder().build().readTree(output(zip).resolve("result.json").toFile());
  }

  @Test
  void aZipComesBackBitByBit() throws IOException {
    MultiLayerNetwork trained = sequence();
    Path zip = temp.resolve("same.zip");
    Path back = temp.resolve("same-back.zip");
    ModelSerializer.writeModel(trained, zip.toFile(), true);

    Invocation run = compare(zip, 0, "--save-dl4j", back.toString());

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains("AGREE", "No step was taken");
    assertThat(run.err()).contains("after 7 steps");
    MultiLayerNetwork restored = ModelSerializer.restoreMultiLayerNetwork(back.toFile(), true);
    assertThat(restored.params()).isEqualTo(trained.params());
    assertThat(restored.getUpdater().getStateViewArray())
        .isEqualTo(trained.getUpdater().getStateViewArray());
    assertThat(restored.getIterationCount()).isEqualTo(7);
    INDArray images = images(batch(2));
    assertThat(restored.output(images)).isEqualTo(trained.output(images));
  }

  @Test
  void trainingGoesOnWhereDl4jWas() throws IOException {
    MultiLayerNetwork network = sequence();
    Path zip = temp.resolve("on.zip");
    Path back = temp.resolve("on-back.zip");
    ModelSerializer.writeModel(network, zip.toFile(), true);

    Invocation run = compare(zip, STEPS, "--save-dl4j", back.toString());

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(result(zip).at("/verdict").asText()).isIn("AGREE", "EXPLAINED");
    for (int step = 1; step <= STEPS; step++) {
      network.fit(images(batch(step)), labels(batch(step)));
    }
    MultiLayerNetwork restored = ModelSerializer.restoreMultiLayerNetwork(back.toFile(), true);
    assertThat(restored.params()).isEqualTo(network.params());
    assertThat(restored.getUpdater().getStateViewArray())
        .isEqualTo(network.getUpdater().getStateViewArray());
    assertThat(restored.getIterationCount()).isEqualTo(7 + STEPS);
  }

  @Test
  void aGraphWithoutUpdaterStateStartsFromItsWeights() throws IOException {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .updater(new Nesterovs(1e-2, 0.9))
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", dense(8), "in")
                .addLayer("b", dense(4), "in")
                .addVertex("both", new MergeVertex(), "a", "b")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(12)
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build(),
                    "both")
                .setOutputs("out")
                .build());
    graph.init();
    Path zip = temp.resolve("graph.zip");
    Path back = temp.resolve("graph-back.zip");
    ModelSerializer.writeModel(graph, zip.toFile(), false);

    Invocation run = compare(zip, 0, "--save-dl4j", back.toString());

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(ModelSerializer.restoreComputationGraph(back.toFile()).params())
        .isEqualTo(graph.params());
  }

  private static DenseLayer dense(int units) {
    return new DenseLayer.Builder().nIn(784).nOut(units).activation(Activation.RELU).build();
  }

  @Test
  void weightsOfAnotherNetworkAreRefused() throws IOException {
    Path zip = temp.resolve("right.zip");
    ModelSerializer.writeModel(sequence(), zip.toFile(), true);
    Path wrong = temp.resolve("wrong.zip");
    try (ZipFile in = new ZipFile(zip.toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(wrong))) {
      for (String name : List.of("configuration.json", "coefficients.bin")) {
        out.putNextEntry(new ZipEntry(name));
        byte[] content = in.getInputStream(in.getEntry(name)).readAllBytes();
        out.write(
            name.startsWith("configuration")
                ? new String(content, StandardCharsets.UTF_8)
                    .replaceAll("\"nout\" : 12", "\"nout\" : 13")
                    .replaceAll("\"nin\" : 12", "\"nin\" : 13")
                    .getBytes(StandardCharsets.UTF_8)
                : content);
      }
    }

    Invocation run = compare(wrong, 1);

    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.INPUT);
    assertThat(run.err()).contains("wrong.zip", "weights").doesNotContain("\tat ");
    assertThat(output(wrong)).doesNotExist();
  }

  private Invocation saved(String experiment, Path zip, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of("compare", experiment, "--data", data, "-q", "--steps", "2", "--save-dl4j"));
    words.addAll(List.of(zip.toString(), "--output", output(zip).toString()));
    words.addAll(List.of("--train-size", "" + SAMPLES, "--test-size", "20"));
    words.addAll(List.of("training.batchSize=" + BATCH));
    words.addAll(List.of(more));
    return Invocation.of(words.toArray(String[]::new));
  }

  /** What an experiment trained is a network of DL4J's own parts, which DL4J goes on training. */
  @Test
  void anExperimentsNetworkIsWrittenOfDl4jsParts() throws IOException {
    Path zip = temp.resolve("two-layer-net.zip");
    Path parameters = temp.resolve("two-layer-net.npz");

    Invocation run = saved("two-layer-net", zip, "--save-parameters", parameters.toString());

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    MultiLayerNetwork restored = ModelSerializer.restoreMultiLayerNetwork(zip.toFile(), true);
    assertThat(restored.getLayerWiseConfigurations().toJson()).doesNotContain("lockstep");
    assertThat(restored.getIterationCount()).isEqualTo(2);
    Map<String, Tensor> trained = NpzFile.read(parameters);
    Map<String, INDArray> own = restored.paramTable();
    for (String path : List.of("affine1/W", "affine1/b", "affine2/W", "affine2/b")) {
      String key = (path.startsWith("affine1") ? 0 : 2) + path.substring(path.indexOf('/'));
      INDArray array = Objects.requireNonNull(own.get(key.replace('/', '_')), path);
      Tensor tensor = Objects.requireNonNull(trained.get(path), path);
      // the archive holds the reference's, which sums in another order
      assertThat(array.dup('c').data().asDouble()).containsExactly(tensor.data(), within(ROUNDING));
    }
    double before = restored.score(flat());
    for (int i = 0; i < 20; i++) {
      restored.fit(flat());
    }
    assertThat(restored.score(flat())).isLessThan(before);
  }

  private static DataSet flat() {
    Batch batch = batch(1);
    return new DataSet(
        Nd4j.create(batch.inputs().data(), new long[] {BATCH, 784}, 'c'),
        Nd4j.create(batch.targets().data(), new long[] {BATCH, 10}, 'c'));
  }

  @Test
  void whatDl4jDoesNotHaveIsToldBeforeTraining() {
    Path zip = temp.resolve("dropout.zip");
    Invocation run = saved("batchnorm-dropout", zip);

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("--save-dl4j", "dropout1", "inverted");
    assertThat(zip).doesNotExist();
    assertThat(output(zip)).doesNotExist();
  }
}
