package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.deeplearning4j.arbiter.MultiLayerSpace;
import org.deeplearning4j.arbiter.conf.updater.AdamSpace;
import org.deeplearning4j.arbiter.conf.updater.SgdSpace;
import org.deeplearning4j.arbiter.layers.ConvolutionLayerSpace;
import org.deeplearning4j.arbiter.layers.DenseLayerSpace;
import org.deeplearning4j.arbiter.layers.DropoutLayerSpace;
import org.deeplearning4j.arbiter.layers.LSTMLayerSpace;
import org.deeplearning4j.arbiter.layers.OutputLayerSpace;
import org.deeplearning4j.arbiter.optimize.distribution.LogUniformDistribution;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.discrete.DiscreteParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Spaces that Arbiter itself wrote, searched from the command line on a few hundred digits. */
class ArbiterSearchTest {

  private static final AtomicBoolean MADE = new AtomicBoolean();

  /** What Arbiter makes of a file that names it, in either of two ways. */
  public static final class Canary implements Serializable {

    private static final long serialVersionUID = 1L;

    static {
      MADE.set(true);
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      MADE.set(true);
      in.defaultReadObject();
    }
  }

  @TempDir static Path temp;
  private static String data;

  @BeforeAll
  static void writeData() throws IOException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
  }

  private static MultiLayerSpace.Builder space() {
    return new MultiLayerSpace.Builder()
        .seed(3)
        .weightInit(WeightInit.RELU)
        .setInputType(InputType.feedForward(784));
  }

  private static OutputLayerSpace output() {
    return new OutputLayerSpace.Builder()
        .nOut(10)
        .activation(Activation.SOFTMAX)
        .lossFunction(LossFunction.MCXENT)
        .build();
  }

  private static DenseLayerSpace.Builder dense() {
    return new DenseLayerSpace.Builder().nOut(6).activation(Activation.RELU);
  }

  private static ContinuousParameterSpace learningRate() {
    return new ContinuousParameterSpace(new LogUniformDistribution(1e-3, 1e-1));
  }

  /** Units, layers, activation, dropout, learning rate and weight decay. */
  private static String usual() {
    return space()
        .updater(new SgdSpace(learningRate()))
        .l2(new ContinuousParameterSpace(1e-8, 1e-4))
        .addLayer(
            dense()
                .nOut(new IntegerParameterSpace(4, 12))
                .activation(new DiscreteParameterSpace<>(Activation.RELU, Activation.TANH))
                .build(),
            new IntegerParameterSpace(1, 2))
        .addLayer(
            new DropoutLayerSpace.Builder().dropOut(new ContinuousParameterSpace(.6, .9)).build())
        .addLayer(output())
        .build()
        .toJson();
  }

  private static Path file(String name, String json) throws IOException {
    return Files.writeString(temp.resolve(name), json);
  }

  private static Path output(Path space) {
    return Path.of(space + "-search");
  }

  private static Invocation search(Path space, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of("search", "--arbiter-space", space.toString(), "--data", data, "-q"));
    words.addAll(List.of("--output", output(space).toString(), "training.batchSize=20"));
    words.addAll(List.of("training.epochs=1", "data.train=200"));
    words.addAll(List.of(more));
    if (!words.contains("--max-trials")) {
      words.addAll(List.of("--max-trials", "4"));
    }
    return Invocation.of(words.toArray(String[]::new));
  }

  private static JsonNode json(Path file) throws IOException {
    return JsonMapper.builder().build().readTree(file.toFile());
  }

  private static JsonNode result(Path space) throws IOException {
    return json(output(space).resolve("result.json"));
  }

  @Test
  void bothSidesAgreeOnTheNetworksThatArbiterMakes() throws IOException {
    Path space = file("usual.json", usual());

    Invocation run = search(space, "--alignment", "aligned");

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.err()).contains("usual.json", "hyperparameters", "1 epoch in batches of 20");
    JsonNode result = result(space);
    assertThat(result.at("/verdict").asText()).isEqualTo("AGREE");
    assertThat(result.at("/agreement/identical").asInt()).isEqualTo(4);
    assertThat(result.at("/search/space"))
        .extracting(range -> range.at("/key").asText(), range -> range.at("/kind").asText())
        .containsExactlyInAnyOrder(
            tuple("updater.learningRate", "logUniform"),
            tuple("l2", "uniform"),
            tuple("layer_0.nOut", "integer"),
            tuple("layer_0.numLayers", "integer"),
            tuple("layer_0.activationFunction", "choice"),
            tuple("layer_1.dropOut", "uniform"));
    for (JsonNode trial : result.at("/trials")) {
      JsonNode network =
          json(
              output(space)
                  .resolve("trials/trial-%05d.dl4j.json".formatted(trial.at("/number").asInt())));
      JsonNode values = trial.at("/values");
      assertThat(network.at("/dataType").asText()).isEqualTo("DOUBLE");
      assertThat(network.at("/confs")).hasSize(values.at("/layer_0.numLayers").asInt() + 2);
      JsonNode layer = network.at("/confs/0/layer");
      assertThat(layer.at("/nout").asInt()).isEqualTo(values.at("/layer_0.nOut").asInt());
      assertThat(layer.at("/iupdater/learningRate").asDouble())
          .isEqualTo(values.at("/updater.learningRate").asDouble());
      assertThat(layer.at("/regularization/0/l2/value").asDouble())
          .isEqualTo(values.at("/l2").asDouble());
      assertThat(layer.at("/activationFn/@class").asText())
          .containsIgnoringCase(values.at("/layer_0.activationFunction").asText());
    }
  }

  @Test
  void theFileSaysWhichFormulasAndTheCommandTrainsTheSameAgain() throws IOException {
    Path space = file("again.json", usual());
    Invocation run = search(space, "--max-trials", "1");
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(result(space).at("/verdict").asText()).isEqualTo("EXPLAINED");
    JsonNode trial = result(space).at("/trials/0");
    List<String> words =
        new ArrayList<>(Arrays.asList(trial.at("/command").asText().split(" ", -1)));
    assertThat(words)
        .startsWith("./lockstep", "compare", "hyperparameters")
        .contains("--dl4j-config", "--alignment", "stock");
    Path again = temp.resolve("again");
    words.addAll(List.of("--output", again.toString(), "-q"));

    Invocation compared = Invocation.of(words.subList(1, words.size()).toArray(String[]::new));

    assertThat(compared.exitCode()).as(compared.out() + compared.err()).isZero();
    JsonNode sides = json(again.resolve("result.json")).at("/implementations");
    assertThat(sides.at("/0/trainLoss")).isEqualTo(trial.at("/runs/0/referenceLoss"));
    assertThat(sides.at("/1/trainLoss")).isEqualTo(trial.at("/runs/0/candidateLoss"));
  }

  @Test
  void whatAdamLeavesUnsetIsToldOnce() throws IOException {
    AdamSpace unset = new AdamSpace(learningRate());
    Path space =
        file(
            "adam.json",
            space().updater(unset).biasUpdater(unset).addLayer(output()).build().toJson());

    Invocation run = search(space, "--max-trials", "1", "--alignment", "aligned");

    assertThat(run.exitCode()).as(run.out() + run.err()).isNotEqualTo(ExitCode.USAGE);
    assertThat(run.err())
        .contains("NOTICE: " + space)
        .containsOnlyOnce("AdamSpace leaves beta1, beta2, epsilon unset: Arbiter uses 0.001");
    JsonNode adam =
        json(output(space).resolve("trials/trial-00001.dl4j.json")).at("/confs/0/layer/iupdater");
    assertThat(adam.at("/beta1").asDouble()).isEqualTo(0.001);
    assertThat(adam.at("/beta2").asDouble()).isEqualTo(0.001);
    assertThat(adam.at("/epsilon").asDouble()).isEqualTo(0.001);
  }

  @Test
  void whatTheScratchSideHasNoWordsForFailsAlone() throws IOException {
    Path space =
        file(
            "cube.json",
            space()
                .updater(new Sgd(0.1))
                .addLayer(
                    dense()
                        .activation(new DiscreteParameterSpace<>(Activation.RELU, Activation.CUBE))
                        .build())
                .addLayer(output())
                .build()
                .toJson());

    Invocation run = search(space, "--strategy", "grid");

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    JsonNode result = result(space);
    assertThat(result.at("/trials")).hasSize(2); // an exhausted grid ends
    assertThat(result.at("/trials/0/state").asText()).isEqualTo("COMPLETED");
    assertThat(result.at("/trials/1/state").asText()).isEqualTo("FAILED");
    assertThat(result.at("/trials/1/reason").asText()).contains("ActivationCube");
    assertThat(output(space).resolve("trials/trial-00002.dl4j.json")).isNotEmptyFile();
  }

  @Test
  void anUnknownLayerIsNamedAndNothingIsCompared() throws IOException {
    Path space =
        file(
            "lstm.json",
            space()
                .updater(new SgdSpace(learningRate()))
                .addLayer(new LSTMLayerSpace.Builder().nOut(3).build())
                .addLayer(output())
                .build()
                .toJson());

    Invocation run = search(space, "--max-trials", "2");

    assertThat(run.exitCode()).isEqualTo(ExitCode.INPUT);
    assertThat(run.err()).contains("LSTM");
  }

  @Test
  void imagesUpdatersAsChoicesAndRangesOfOneValue() throws IOException {
    Path space =
        file(
            "images.json",
            new MultiLayerSpace.Builder()
                .updater(new DiscreteParameterSpace<IUpdater>(new Sgd(0.1), new Adam(0.01)))
                .addLayer(
                    new ConvolutionLayerSpace.Builder()
                        .kernelSize(
                            new DiscreteParameterSpace<>(new int[] {3, 3}, new int[] {5, 5}))
                        .stride(4, 4)
                        .nOut(new IntegerParameterSpace(2, 2))
                        .activation(Activation.RELU)
                        .build())
                .addLayer(output())
                .setInputType(InputType.convolutional(28, 28, 1))
                .build()
                .toJson());

    Invocation run = search(space, "--strategy", "grid", "--alignment", "aligned");

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(result(space).at("/trials"))
        .hasSize(4)
        .allMatch(trial -> "2".equals(trial.at("/values/layer_0.nOut").asText()))
        .anyMatch(trial -> "[5,5]".equals(trial.at("/values/layer_0.kernelSize").asText()))
        .anyMatch(trial -> trial.at("/values/updater").asText().startsWith("Adam{"));
  }

  private static void assertRefused(String name, String json) throws IOException {
    MADE.set(false);

    Invocation run = search(file(name, json));

    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.INPUT);
    assertThat(run.err()).contains(name, Canary.class.getName()).doesNotContain("\tat ");
    assertThat(MADE).isFalse();
  }

  @Test
  void aHostileClassIsNeverMade() throws IOException {
    String canary = Canary.class.getName(); // a literal does not make the class
    assertRefused("hostile.json", usual().replace(SgdSpace.class.getName(), canary));
    assertRefused("value.json", usual().replace(WeightInit.class.getName(), canary));
  }

  @Test
  void aHostileSerializedValueIsNeverMade() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new Canary());
    }
    String data = Base64.getEncoder().encodeToString(bytes.toByteArray());
    String json = usual().replaceFirst("\"data\" : \"[^\"]*\"", "\"data\" : \"" + data + "\"");
    assertThat(json).contains(data);
    MADE.set(false);
    MultiLayerSpace.fromJson(
        space()
            .addLayer(output())
            .build()
            .toJson()
            .replaceFirst("\"data\" : \"[^\"]*\"", "\"data\" : \"" + data + "\""));
    assertThat(MADE).as("Arbiter makes it").isTrue();
    assertRefused("serialized.json", json);
  }

  @Test
  void whatIsNoSpaceIsToldWithTheFile() throws IOException {
    assertThat(search(temp.resolve("nowhere.json")).err()).contains("nowhere.json");
    Invocation fixed =
        search(
            file(
                "fixed.json",
                space()
                    .updater(new SgdSpace(new FixedValue<>(0.1)))
                    .addLayer(output())
                    .build()
                    .toJson()));
    assertThat(fixed.exitCode()).isEqualTo(ExitCode.INPUT);
    assertThat(fixed.err()).contains("fixed.json", "something that varies");
    Invocation normal =
        search(
            file("normal.json", usual().replace("LogUniformDistribution", "CauchyDistribution")));
    assertThat(normal.exitCode()).isEqualTo(ExitCode.INPUT);
    assertThat(normal.err()).contains("normal.json", "updater.learningRate", "CauchyDistribution");
  }

  @Test
  void contradictionsAreRefused() throws IOException {
    Path space = file("twice.json", usual());
    assertThat(search(space, "mlp-shape").err()).contains("--arbiter-space", "mlp-shape");
    assertThat(search(space, "mlp-shape").exitCode()).isEqualTo(ExitCode.USAGE);
    Path yaml =
        file(
            "space.yaml", "experiment: hyperparameters\nspace:\n  weightDecay: {choice: [0, 1]}\n");
    assertThat(search(space, yaml.toString()).exitCode()).isEqualTo(ExitCode.USAGE);
    Invocation override = search(space, "weightDecay=0.1");
    assertThat(override.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(override.err()).contains("--arbiter-space", "weightDecay");
    assertThat(search(space, "optimizers").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(output(space)).doesNotExist();
  }

  @Test
  void aResumeGoesOnUnlessTheFileHasChanged() throws IOException {
    Path space = file("resumed.json", usual());
    Path output = output(space);
    Invocation run =
        search(space, "--max-trials", "3", "--precision", "float", "--alignment", "aligned");
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(json(output.resolve("trials/trial-00001.dl4j.json")).at("/dataType").asText())
        .isEqualTo("FLOAT");
    JsonNode whole = result(space).at("/trials");
    Files.delete(output.resolve("trials/trial-00002.json"));
    Files.delete(output.resolve("trials/trial-00002.dl4j.json"));

    Invocation resumed = Invocation.of("search", "--resume", output.toString(), "-q");

    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertThat(result(space).at("/trials")).isEqualTo(whole);
    assertThat(output.resolve("trials/trial-00002.dl4j.json")).isNotEmptyFile();
    Files.writeString(space, usual().replace("\"upper\" : 12", "\"upper\" : 13"));
    Invocation changed = Invocation.of("search", "--resume", output.toString());
    assertThat(changed.exitCode()).isEqualTo(ExitCode.INPUT);
    assertThat(changed.err())
        .contains("found another: SHA-256 of the space and its experiment was ");
  }
}
