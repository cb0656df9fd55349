package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.experiments.catalogue.Catalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** Networks that DL4J itself wrote, compared from the command line. */
class OwnNetworkTest {

  private static final AtomicBoolean MADE = new AtomicBoolean();

  /** What DL4J's mapper would make of a file that names it. */
  public static final class Canary extends LossMCXENT {

    private static final long serialVersionUID = 1L;

    public Canary() {
      MADE.set(true);
    }
  }

  @TempDir static Path temp;
  private static String data;

  @BeforeAll
  static void writeData() throws IOException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(10)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static OutputLayer output(int inputs) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nIn(inputs)
        .nOut(10)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static MultiLayerConfiguration sequence(DataType type) {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .dataType(type)
        .updater(new RmsProp(1e-3))
        .list()
        .layer(new DenseLayer.Builder().nOut(12).activation(Activation.TANH).build())
        .layer(new BatchNormalization())
        .layer(output())
        .setInputType(InputType.feedForward(784))
        .build();
  }

  private static String graph() {
    return new NeuralNetConfiguration.Builder()
        .dataType(DataType.DOUBLE)
        .updater(new Adam(1e-3))
        .graphBuilder()
        .addInputs("in")
        .setInputTypes(InputType.convolutional(28, 28, 1))
        .addLayer("conv1", convolution(4, 0), "in")
        .addLayer("conv2", convolution(1, 1), "conv1")
        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "conv1", "conv2")
        .addLayer("out", output(), "sum")
        .setOutputs("out")
        .build()
        .toJson();
  }

  private static ConvolutionLayer convolution(int stride, int pad) {
    return new ConvolutionLayer.Builder(3, 3)
        .nOut(2)
        .stride(stride, stride)
        .padding(pad, pad)
        .activation(Activation.RELU)
        .build();
  }

  private static Path file(String name, String json) throws IOException {
    return Files.writeString(temp.resolve(name), json);
  }

  private static Invocation compare(Path config, String... more) {
    String[] args = {
      "compare",
      "--dl4j-config",
      config.toString(),
      "--data",
      data,
      "--output",
      output(config),
      "-q"
    };
    String[] all = new String[args.length + more.length];
    System.arraycopy(args, 0, all, 0, args.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return Invocation.of(all);
  }

  private static String output(Path config) {
    return config + "-report";
  }

  private static JsonNode result(Path config) throws IOException {
    return JsonMapper.builder().build().readTree(Path.of(output(config), "result.json").toFile());
  }

  @Test
  void whatTheUsersNetworkDoesInDl4jsWayIsExplained() throws IOException {
    Path config = file("mine.json", sequence(DataType.DOUBLE).toJson());

    Invocation run = compare(config, "training.batchSize=20", "--steps", "12");

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    String how =
        "the network of mine.json, trained for 12 steps in batches of 20, shuffled; what nothing else says is taken from "
            + Catalogue.DEFAULT;
    assertThat(run.err()).contains("NOTICE: " + how);
    JsonNode result = result(config);
    assertThat(result.at("/experiment/shows").asText()).isEqualTo(how);
    assertThat(result.at("/verdict").asText()).isEqualTo("EXPLAINED");
    assertThat(result.at("/experiment/id").asText()).isEqualTo("mine");
    assertThat(result.at("/experiment/precision").asText()).isEqualTo("double");
    assertThat(result.at("/experiment/layers"))
        .extracting(JsonNode::asText)
        .containsExactly("layer0", "layer0-activation", "layer1", "layer2");
    // RmsProp's epsilon is the file's; where its h starts, no file says
    assertThat(result.at("/attribution/explanation"))
        .extracting(JsonNode::asText)
        .containsExactlyInAnyOrder(
            "rmsprop-start", "cross-entropy-clipping", "batch-norm-start", "batch-norm-log-std");
  }

  @Test
  void withTheBooksFormulasTheUsersNetworkAgrees() throws IOException {
    Path config = file("graph.json", graph());

    Invocation run =
        compare(config, "--alignment", "aligned", "training.batchSize=20", "--steps", "5");

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(result(config).at("/verdict").asText()).isEqualTo("AGREE");
    assertThat(result(config).at("/experiment/layers"))
        .extracting(JsonNode::asText)
        .contains("sum", "conv2");
  }

  @Test
  void thePrecisionIsTheFiles() throws IOException {
    Path config = file("float.json", sequence(DataType.FLOAT).toJson());

    Invocation run = compare(config, "--alignment", "aligned", "--steps", "3");

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(result(config).at("/experiment/precision").asText()).isEqualTo("float");
  }

  @Test
  void unknownPartsAreListedWithTheFile() throws IOException {
    String json =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(new LSTM.Builder().nIn(784).nOut(4).activation(Activation.SOFTSIGN).build())
            .layer(output())
            .build()
            .toJson();

    Invocation run = compare(file("lstm.json", json));

    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.err()).contains("lstm.json", "parts that are not known here: LSTM (layer0)");
  }

  /** What Deeplearning4j cannot be the reference of either is not advised to be tried. */
  @Test
  void theAdviceLeadsSomewhere() throws IOException {
    String dropout =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(new DenseLayer.Builder().nIn(784).nOut(4).dropOut(new AlphaDropout(0.5)).build())
            .layer(output(4))
            .build()
            .toJson();
    String momentum =
        new NeuralNetConfiguration.Builder()
            .updater(new Nesterovs(0.1, new StepSchedule(ScheduleType.ITERATION, 0.9, 0.5, 2)))
            .list()
            .layer(output(784))
            .build()
            .toJson();

    Invocation masks = compare(file("alpha.json", dropout));
    Invocation schedule = compare(file("momentum.json", momentum));

    assertThat(masks.exitCode()).isEqualTo(4);
    assertThat(masks.err())
        .contains("parts that are not known here: AlphaDropout (layer0)")
        .contains("but not of this one on this data: layer0 has AlphaDropout: only Dropout")
        .doesNotContain("lockstep compare --reference");
    assertThat(schedule.exitCode()).isEqualTo(4);
    assertThat(schedule.err())
        .contains("every layer: a schedule of the momentum")
        .doesNotContain("lockstep compare --reference", "NaN at");
  }

  /** 0 ÷ 0 in the gradient of Deeplearning4j's pooling by the p-norm, after a ReLU. */
  @Test
  void whatLeavesTheFiniteNumbersAtOnceIsRefusedUnlessItMay() throws IOException {
    String json =
        new NeuralNetConfiguration.Builder()
            .seed(7)
            .list()
            .layer(convolution(1, 0))
            .layer(
                new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.PNORM)
                    .kernelSize(2, 2)
                    .stride(2, 2)
                    .pnorm(2)
                    .build())
            .layer(output())
            .setInputType(InputType.convolutional(28, 28, 1))
            .build()
            .toJson();
    Path config = file("pnorm.json", json);
    String[] args = {
      "compare",
      "--reference",
      "dl4j-config:" + config,
      "--data",
      data,
      "--steps",
      "1",
      "--output",
      output(config),
      "-q",
      "mayDiverge=false"
    };

    Invocation refused = Invocation.of(args);
    args[args.length - 1] = "mayDiverge=true";
    Invocation allowed = Invocation.of(args);

    assertThat(refused.exitCode()).isEqualTo(4);
    assertThat(refused.err())
        .contains("pnorm.json", "the gradient of layer0/out is not a finite number everywhere")
        .contains("wherever a window holds nothing but zeros");
    assertThat(allowed.out()).contains("DIVERGED_ALIKE");
    assertThat(allowed.exitCode()).isZero();
  }

  /** LossFMeasure is for two classes: both sides would fail alike, and nothing would differ. */
  @Test
  void whatDl4jCannotTrainIsRefusedAndNoDifference() throws IOException {
    String json =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(
                new OutputLayer.Builder(new LossFMeasure())
                    .nIn(784)
                    .nOut(10)
                    .activation(Activation.SOFTMAX)
                    .build())
            .build()
            .toJson();

    Invocation run =
        Invocation.of(
            "compare",
            "--reference",
            "dl4j-config:" + file("fmeasure.json", json),
            "--data",
            "synthetic",
            "--train-size",
            "20",
            "--test-size",
            "10",
            "--steps",
            "1",
            "-q");

    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.err()).contains("fmeasure.json", "can train on this data", "Got: 10");
  }

  @Test
  void aHostileClassIsNeverMade() throws IOException {
    String json =
        sequence(DataType.DOUBLE)
            .toJson()
            .replace(LossMCXENT.class.getName(), Canary.class.getName());
    assertThat(json).contains(Canary.class.getName());
    MADE.set(false);

    Invocation run = compare(file("hostile.json", json));

    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.err()).contains("hostile.json", Canary.class.getName());
    assertThat(MADE).isFalse();
  }

  @Test
  void aMissingFileIsNamed() {
    Invocation run = compare(temp.resolve("nowhere.json"));

    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.err()).contains("nowhere.json");
  }

  @Test
  void whatTheFileSaysIsNotSaidTwice() throws IOException {
    Path config = file("twice.json", sequence(DataType.DOUBLE).toJson());

    Invocation override = compare(config, "optimizer.learningRate=0.1");
    assertThat(override.exitCode()).isEqualTo(2);
    assertThat(override.err()).contains("optimizer.learningRate");
    assertThat(compare(config, "--all").exitCode()).isEqualTo(2);
    assertThat(compare(config, "optimizers").exitCode()).isEqualTo(2);
    assertThat(compare(config, "--candidate", "wrong-momentum").exitCode()).isEqualTo(2);
  }
}
