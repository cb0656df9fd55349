package dev.lockstep.dl4j.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.InputException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.model.Dl4jModel;
import dev.lockstep.dl4j.model.Dl4jProvider;
import dev.lockstep.dl4j.model.Fixture;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.dl4j.model.Zoo;
import dev.lockstep.dl4j.translate.TensorConversion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** Users' own networks, read from what DL4J writes of them. */
class ConfigurationTest {

  /** Of three steps in double precision. */
  private static final double ROUNDING = 1e-13;

  private static final Shape IMAGE = Shape.of(1, 8, 8);

  @TempDir private Path directory;

  // What was translated is read back.

  @TestFactory
  Stream<DynamicTest> aTranslationIsReadBack() {
    return Stream.of(Zoo.networks(), Zoo.clipped())
        .flatMap(networks -> networks.entrySet().stream())
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(),
                    () -> {
                      NetworkSpec network = entry.getValue();
                      Dl4jConfiguration read =
                          Dl4jConfiguration.parse(
                              translated(network), TrainedOn.samples(network.input()));
                      assertThat(read.network().layers()).isEqualTo(network.layers());
                      assertThat(read.network().loss()).isEqualTo(network.loss());
                      assertThat(read.network().optimizer()).isEqualTo(network.optimizer());
                      assertThat(read.network().weightDecay()).isEqualTo(network.weightDecay());
                      assertThat(read.network().adjustments()).isEqualTo(network.adjustments());
                      assertThat(read.precision()).isEqualTo(Precision.DOUBLE);
                      // no configuration says where a running variance starts
                      assertThat(read.conventions())
                          .isSubsetOf(Set.of(Convention.BATCH_NORM_START));
                    }));
  }

  private String translated(NetworkSpec network) throws IOException {
    Path file = directory.resolve("network.zip");
    try (Dl4jModel model = Dl4jProvider.aligned(Precision.DOUBLE).create(network)) {
      model.save(file);
    }
    boolean graph = network.layers().stream().anyMatch(LayerSpec.Branches.class::isInstance);
    return graph
        ? ModelSerializer.restoreComputationGraph(file.toFile()).getConfiguration().toJson()
        : ModelSerializer.restoreMultiLayerNetwork(file.toFile())
            .getLayerWiseConfigurations()
            .toJson();
  }

  // A network read trains as the user's own does.

  private static NeuralNetConfiguration.Builder settings(IUpdater updater) {
    return new NeuralNetConfiguration.Builder().seed(1).dataType(DataType.DOUBLE).updater(updater);
  }

  private static DenseLayer dense(int units, Activation activation) {
    return new DenseLayer.Builder().nOut(units).activation(activation).build();
  }

  private static OutputLayer output(LossFunction loss, Activation activation) {
    return new OutputLayer.Builder(loss).nOut(3).activation(activation).build();
  }

  private static MultiLayerConfiguration multilayer(
      NeuralNetConfiguration.Builder settings, LossFunction loss, Activation activation) {
    return settings
        .list()
        .layer(dense(6, Activation.TANH))
        .layer(new BatchNormalization())
        .layer(new ActivationLayer(Activation.RELU))
        .layer(output(loss, activation))
        .setInputType(InputType.feedForward(64))
        .build();
  }

  private static MultiLayerConfiguration convolutional(IUpdater updater, InputType input) {
    return settings(updater)
        .weightInit(WeightInit.RELU)
        .l2(0.01)
        .list()
        .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).activation(Activation.RELU).build())
        .layer(new BatchNormalization())
        .layer(
            new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                .kernelSize(2, 2)
                .stride(2, 2)
                .padding(1, 1)
                .build())
        .layer(dense(5, Activation.SIGMOID))
        .layer(output(LossFunction.NEGATIVELOGLIKELIHOOD, Activation.SOFTMAX))
        .setInputType(input)
        .build();
  }

  private static Map<String, MultiLayerConfiguration> sequences() {
    Map<String, MultiLayerConfiguration> sequences = new LinkedHashMap<>();
    sequences.put(
        "flat images, Adam, L2",
        convolutional(new Adam(1e-3), InputType.convolutionalFlat(8, 8, 1)));
    sequences.put("images, SGD, L2", convolutional(new Sgd(0.1), InputType.convolutional(8, 8, 1)));
    sequences.put(
        "Nesterovs, weight decay for all layers",
        multilayer(
            settings(new Nesterovs(0.1, 0.9)).weightDecay(0.05),
            LossFunction.MCXENT,
            Activation.SOFTMAX));
    sequences.put(
        "AdaGrad, squared error",
        multilayer(settings(new AdaGrad(0.1)), LossFunction.MSE, Activation.SIGMOID));
    sequences.put(
        "RmsProp, L2 loss",
        multilayer(settings(new RmsProp(0.01)), LossFunction.L2, Activation.IDENTITY));
    sequences.put(
        "Adam, falling rate",
        multilayer(
            settings(new Adam(new ExponentialSchedule(ScheduleType.ITERATION, 0.1, 0.5))),
            LossFunction.MCXENT,
            Activation.SOFTMAX));
    return sequences;
  }

  private static ComputationGraphConfiguration graph() {
    return settings(new Adam(1e-3))
        .graphBuilder()
        .addInputs("in")
        .setInputTypes(InputType.convolutional(8, 8, 1))
        .addLayer(
            "conv1",
            new ConvolutionLayer.Builder(3, 3).nOut(2).activation(Activation.RELU).build(),
            "in")
        .addLayer(
            "conv2",
            new ConvolutionLayer.Builder(3, 3)
                .nOut(2)
                .padding(1, 1)
                .activation(Activation.TANH)
                .build(),
            "conv1")
        .addLayer("norm2", new BatchNormalization(), "conv2")
        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "conv1", "norm2")
        .addLayer(
            "conv3",
            new ConvolutionLayer.Builder(1, 1).nOut(3).activation(Activation.IDENTITY).build(),
            "sum")
        .addVertex("merge", new MergeVertex(), "conv3", "sum")
        .addLayer("out", output(LossFunction.MCXENT, Activation.SOFTMAX), "merge")
        .setOutputs("out")
        .build();
  }

  @TestFactory
  Stream<DynamicTest> aSequenceThatIsReadTrainsAsTheUsersOwn() {
    return sequences().entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(),
                    () -> {
                      MultiLayerNetwork own = new MultiLayerNetwork(entry.getValue());
                      own.init();
                      boolean flat = entry.getValue().getInputPreProcess(0) != null;
                      assertTrainAlike(
                          entry.getValue().toJson(),
                          own::getLayer,
                          (inputs, targets) ->
                              own.fit(flat ? inputs.reshape('c', 5, 64) : inputs, targets));
                    }));
  }

  @Test
  void aGraphThatIsReadTrainsAsTheUsersOwn() {
    ComputationGraph own = new ComputationGraph(graph());
    own.init();
    assertTrainAlike(
        graph().toJson(),
        own::getLayer,
        (inputs, targets) -> own.fit(new INDArray[] {inputs}, new INDArray[] {targets}));
  }

  private static void assertTrainAlike(
      String json, Function<String, Layer> layers, BiConsumer<INDArray, INDArray> fit) {
    Dl4jConfiguration read = Dl4jConfiguration.parse(json, TrainedOn.samples(IMAGE));
    NetworkSpec network = read.network();
    try (Dl4jModel model = read.provider().create(network)) {
      Map<String, Tensor> start = new LinkedHashMap<>();
      network.state().forEach((path, shape) -> start.put(path, Tensor.zeros(shape)));
      for (ParameterSpec parameter : network.parameters()) {
        start.put(parameter.path(), own(layers, parameter));
      }
      model.restore(new ModelState(0, start));
      for (int step = 1; step <= 3; step++) {
        Batch batch = Fixture.batch(network, step, 5);
        model.step(batch, Fixture.masks(step), Observer.NONE);
        fit.accept(
            TensorConversion.toArray(
                batch.inputs(), DataType.DOUBLE, TensorConversion.arrayShape(5, network.input())),
            TensorConversion.toArray(batch.targets(), DataType.DOUBLE, 5, 3));
      }
      for (ParameterSpec parameter : network.parameters()) {
        assertThat(model.state().tensor(parameter.path()).data())
            .as(parameter.path())
            .containsExactly(own(layers, parameter).data(), within(ROUNDING))
            .isNotEqualTo(Objects.requireNonNull(start.get(parameter.path())).data());
      }
    }
  }

  private static Tensor own(Function<String, Layer> layers, ParameterSpec parameter) {
    int slash = parameter.path().lastIndexOf('/');
    Layer layer = layers.apply(parameter.path().substring(0, slash));
    return TensorConversion.toTensor(
        layer.getParam(parameter.path().substring(slash + 1)), parameter.shape());
  }

  // What is read.

  @Test
  void whatALayerDoesAtOnceBecomesSeveralLayers() {
    MultiLayerConfiguration conf =
        settings(new Adam(1e-3))
            .list()
            .layer(
                new DenseLayer.Builder()
                    .name("hidden")
                    .nIn(64)
                    .nOut(6)
                    .activation(Activation.RELU)
                    .dropOut(0.75)
                    .build())
            .layer(new DropoutLayer(0.5))
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nIn(6)
                    .nOut(3)
                    .activation(Activation.SOFTMAX)
                    .build())
            .build();

    Dl4jConfiguration read = Dl4jConfiguration.parse(conf.toJson(), TrainedOn.samples(IMAGE));

    assertThat(read.network().input()).isEqualTo(Shape.of(64));
    assertThat(read.network().layers().stream().map(LayerSpec::name))
        .containsExactly("hidden-dropout", "hidden", "hidden-activation", "layer1", "layer2");
    // what DL4J is told is the share to retain
    assertThat(read.network().layers().get(0))
        .isEqualTo(new LayerSpec.Dropout("hidden-dropout", 0.25, true));
    assertThat(read.network().loss())
        .isEqualTo(new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER));
    assertThat(read.network().optimizer())
        .isInstanceOfSatisfying(
            OptimizerSpec.Adam.class, adam -> assertThat(adam.epsilon()).isEqualTo(1e-8));
    assertThat(read.conventions())
        .containsExactlyInAnyOrder(Convention.CROSS_ENTROPY_CLIPPING, Convention.XAVIER_FORMULA);
  }

  @Test
  void aGraphsBranchesAreFound() {
    List<LayerSpec> layers =
        Dl4jConfiguration.parse(graph().toJson(), TrainedOn.samples(IMAGE)).network().layers();

    assertThat(layers.stream().map(LayerSpec::name))
        .containsExactly("conv1", "conv1-activation", "sum", "merge", "out");
    LayerSpec.Branches sum = (LayerSpec.Branches) layers.get(2);
    assertThat(sum.join()).isEqualTo(LayerSpec.Join.SUM);
    assertThat(sum.branches().get(0)).isEmpty();
    assertThat(sum.branches().get(1).stream().map(LayerSpec::name))
        .containsExactly("conv2", "conv2-activation", "norm2");
    LayerSpec.Branches merge = (LayerSpec.Branches) layers.get(3);
    assertThat(merge.join()).isEqualTo(LayerSpec.Join.CONCATENATE);
    assertThat(merge.branches().get(0).stream().map(LayerSpec::name)).containsExactly("conv3");
    assertThat(merge.branches().get(1)).isEmpty();
  }

  // What is refused.

  @Test
  void everyUnknownPartIsListed() {
    MultiLayerConfiguration conf =
        settings(new Sgd(0.1))
            .gradientNormalization(GradientNormalization.ClipL2PerLayer)
            .convolutionMode(ConvolutionMode.Causal)
            .list()
            .layer(new ConvolutionLayer.Builder(3, 3).name("conv").nIn(1).nOut(2).build())
            .layer(
                new OutputLayer.Builder(LossFunction.MSE)
                    .name("out")
                    .nIn(128)
                    .nOut(3)
                    .activation(Activation.IDENTITY)
                    .gradientNormalization(GradientNormalization.None)
                    .updater(new Sgd(0.2))
                    .build())
            .build();

    assertThatThrownBy(() -> Dl4jConfiguration.parse(conf.toJson(), TrainedOn.samples(IMAGE)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("conv: convolution mode Causal")
        .hasMessageContaining("out: a gradient normalization of its own,")
        .hasMessageContaining("out: an updater of its own,");
  }

  @Test
  void everyUnknownClassIsListed() {
    MultiLayerConfiguration conf =
        settings(new Sgd(0.1))
            .list()
            .layer(
                new LSTM.Builder()
                    .name("memory")
                    .nIn(4)
                    .nOut(4)
                    .activation(Activation.CUBE)
                    .build())
            .build();

    assertThatThrownBy(() -> Dl4jConfiguration.parse(conf.toJson(), TrainedOn.samples(IMAGE)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("parts that are not known here: LSTM (memory)")
        .hasMessageContaining("ActivationCube");
  }

  @Test
  void dataOfAnotherShapeIsRefused() {
    String json = convolutional(new Sgd(0.1), InputType.convolutional(8, 8, 1)).toJson();

    assertThatThrownBy(() -> Dl4jConfiguration.parse(json, TrainedOn.samples(Shape.of(1, 28, 28))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("layer3")
        .hasMessageContaining("data");
  }

  /** The program of such a network gives it gradients; here they come from a loss that is named. */
  @Test
  void aNetworkWithoutALossTakesTheOneThatIsNamed() {
    String json =
        settings(new Sgd(0.1))
            .list()
            .layer(new DenseLayer.Builder().nIn(64).nOut(3).activation(Activation.TANH).build())
            .layer(new DenseLayer.Builder().nIn(3).nOut(2).activation(Activation.RELU).build())
            .build()
            .toJson();
    LossSpec named = new LossSpec(LossSpec.Type.MEAN_SQUARED, 0);

    assertThatThrownBy(() -> Dl4jConfiguration.parse(json, TrainedOn.samples(IMAGE)))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll("without an output layer", "loss=meanSquared");
    assertThat(Dl4jConfiguration.isKnown(json)).isTrue();
    NetworkSpec read =
        Dl4jConfiguration.parse(json, new TrainedOn(IMAGE, named, Epochs.UNKNOWN)).network();
    assertThat(read.loss()).isEqualTo(named);
    assertThat(read.classes()).isEqualTo(2);
    assertThatThrownBy(
            () ->
                Dl4jConfiguration.parse(
                    convolutional(new Sgd(0.1), InputType.convolutional(8, 8, 1)).toJson(),
                    new TrainedOn(IMAGE, named, Epochs.UNKNOWN)))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll("its own", "meanSquared");
  }

  /** 0.1 for two epochs of three steps, then half of it, and so on. */
  @Test
  void aScheduleByEpochIsOneByStep() {
    String json =
        settings(new Adam(new StepSchedule(ScheduleType.EPOCH, 0.1, 0.5, 2)))
            .list()
            .layer(output(LossFunction.MSE, Activation.IDENTITY))
            .setInputType(InputType.feedForward(64))
            .build()
            .toJson();

    NetworkSpec read =
        Dl4jConfiguration.parse(json, new TrainedOn(IMAGE, null, new Epochs(3, 5))).network();

    assertThat(read.optimizer().learningRate())
        .isEqualTo(
            new LearningRate(
                0.1,
                new LearningRate.Decay.Steps(
                    List.of(
                        new LearningRate.Decay.Steps.Change(6, 0.05),
                        new LearningRate.Decay.Steps.Change(12, 0.025)))));
    assertThatThrownBy(() -> Dl4jConfiguration.parse(json, TrainedOn.samples(IMAGE)))
        .hasMessageContaining("ScheduleType.ITERATION");
  }

  @Test
  void branchesThatDoNotNestAreRefused() {
    ComputationGraphConfiguration conf =
        settings(new Sgd(0.1))
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.feedForward(64))
            .addLayer("a", dense(4, Activation.TANH), "in")
            .addLayer("b", dense(4, Activation.TANH), "a")
            .addLayer("c", dense(4, Activation.TANH), "b")
            .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b", "c")
            .addLayer("out", output(LossFunction.MSE, Activation.IDENTITY), "sum")
            .setOutputs("out")
            .build();

    assertThatThrownBy(() -> Dl4jConfiguration.parse(conf.toJson(), TrainedOn.samples(IMAGE)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("b: part of several branches");
  }

  @Test
  void aGraphThatTurnsBackIsRefused() {
    String json = graph().toJson();
    String cycle = json.replace("\"conv2\" : [ \"conv1\" ]", "\"conv2\" : [ \"norm2\" ]");
    assertThat(cycle).isNotEqualTo(json);

    assertThatThrownBy(() -> Dl4jConfiguration.parse(cycle, TrainedOn.samples(IMAGE)))
        .isInstanceOf(InputException.class);
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(
            () -> Dl4jConfiguration.read(directory.resolve("net.json"), TrainedOn.samples(IMAGE)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("net.json");
  }
}
