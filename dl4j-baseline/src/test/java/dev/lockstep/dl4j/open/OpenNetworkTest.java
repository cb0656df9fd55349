package dev.lockstep.dl4j.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.Targets;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.json.Epochs;
import dev.lockstep.dl4j.model.Precision;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** What is seen of a network from outside is what DL4J computes. */
class OpenNetworkTest {

  private static final int FEATURES = 3;
  private static final int STEPS = 4;

  /** Central differences of a loss near 1 with h = 1e-5 err by about 1e-10. */
  private static final double SLOPE = 1e-7;

  private static final Masks NO_MASKS =
      (layer, ratio, shape) -> {
        throw new AssertionError("no dropout here");
      };

  private static RnnOutputLayer output(int in) {
    return new RnnOutputLayer.Builder(LossFunction.MCXENT)
        .nIn(in)
        .nOut(2)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static LSTM lstm(int in) {
    return new LSTM.Builder().nIn(in).nOut(5).activation(Activation.TANH).build();
  }

  private static MultiLayerConfiguration configuration() {
    return new NeuralNetConfiguration.Builder()
        .seed(9)
        .dataType(DataType.DOUBLE)
        .updater(new Adam(0.01))
        .list()
        .layer(lstm(FEATURES))
        .layer(output(5))
        .build();
  }

  private static Split data() {
    return OpenLayersTest.sequences(true, true);
  }

  private static Tensor samples() {
    return data().inputs(Split.range(0, 2), Shape.of(FEATURES, STEPS));
  }

  private static Batch batch() {
    return data().batch(1, Split.range(0, 6), Shape.of(FEATURES, STEPS));
  }

  private static OpenNetwork read(MultiLayerConfiguration configuration) {
    return OpenConfiguration.parse(configuration.toJson(), samples(), Epochs.UNKNOWN);
  }

  private static Recording everything(NetworkSpec network) {
    return new Recording(
        ExpectedTensor.of(network).stream().map(ExpectedTensor::key).collect(Collectors.toSet()));
  }

  private static Tensor seen(Recording recording, Phase phase, String path) {
    return Objects.requireNonNull(recording.tensor(new TensorKey(phase, path)), path);
  }

  private static OpenModel started(OpenNetwork network) {
    OpenProvider provider = new OpenProvider(network, Precision.DOUBLE);
    OpenModel model = provider.create(network.spec());
    model.restore(new ModelState(0, provider.start(network.spec(), 9)));
    return model;
  }

  @Test
  void aNetworkIsKnownByNamesAndShapes() {
    NetworkSpec network = read(configuration()).spec();
    assertThat(network.layers())
        .containsExactly(
            new LayerSpec.Open(
                "layer0",
                "LSTM",
                List.of(),
                Shape.of(5, STEPS),
                List.of(
                    new LayerSpec.Open.Weights("W", Shape.of(FEATURES, 20), false),
                    new LayerSpec.Open.Weights("RW", Shape.of(5, 20), false),
                    new LayerSpec.Open.Weights("b", Shape.of(20), false)),
                Map.of()),
            new LayerSpec.Open(
                "layer1",
                "RnnOutputLayer",
                List.of(),
                Shape.of(2, STEPS),
                List.of(
                    new LayerSpec.Open.Weights("W", Shape.of(5, 2), false),
                    new LayerSpec.Open.Weights("b", Shape.of(2), false)),
                Map.of()));
    assertThat(network.loss()).isEqualTo(new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, 0));
    assertThat(network.optimizer()).isInstanceOf(OptimizerSpec.Adam.class);
    assertThat(network.input()).isEqualTo(Shape.of(FEATURES, STEPS));
  }

  /** The masks are set, and being watched changes no bit. */
  @Test
  void itTrainsAsDl4jDoes() {
    MultiLayerNetwork own = new MultiLayerNetwork(configuration());
    own.init();
    OpenNetwork network = read(configuration());
    Batch batch = batch();
    INDArray inputs = Sequences.array(batch.inputs(), DataType.DOUBLE, 6, FEATURES, STEPS);
    INDArray targets = Sequences.array(batch.targets(), DataType.DOUBLE, 6, 2, STEPS);
    INDArray mask = Nd4j.ones(DataType.DOUBLE, 6, STEPS);
    for (int sample : new int[] {1, 4}) { // which end after two steps
      mask.putScalar(sample, 2, 0);
      mask.putScalar(sample, 3, 0);
    }
    try (OpenModel model = started(network)) {
      for (int step = 1; step <= 4; step++) {
        own.fit(inputs, targets, mask, mask);
        Observer observer = step % 2 == 0 ? everything(network.spec()) : Observer.NONE;
        double loss =
            model.step(new Batch(step, batch.inputs(), batch.targets()), NO_MASKS, observer);
        assertThat(loss).isEqualTo(own.score());
      }
      Tensor recurrent = model.state().tensor("layer0/RW");
      INDArray expected = own.getParam("0_RW");
      for (int i = 0; i < recurrent.size(); i++) {
        assertThat(recurrent.data()[i]).isEqualTo(expected.getDouble(i / 20, i % 20));
      }
    }
  }

  /** What several output layers answer stands in the order in which the network names them. */
  @Test
  void severalOutputsAreTheGraphsOwn() {
    ComputationGraphConfiguration configuration = OpenLayersTest.twoOutputs();
    ComputationGraph own = new ComputationGraph(configuration.clone());
    own.init();
    double[] answers = new double[12 * 5];
    Arrays.setAll(answers, i -> i % 5 == 0 ? 1 : i % 5 == 1 ? 0 : 0.1 * i);
    double[] units = {1, 1, 1, 1, 1};
    Task task = new Task(Task.Kind.REGRESSION, Task.classes(5).names());
    Split data = OpenLayersTest.pictures(Targets.numbers(task, answers, units));
    Batch batch = data.batch(1, Split.range(0, 6), data.image());
    OpenNetwork network =
        OpenConfiguration.parse(configuration.toJson(), batch.inputs(), Epochs.UNKNOWN);
    assertThat(network.answers()).containsExactly(2, 3);
    INDArray inputs = Nd4j.create(batch.inputs().data(), new long[] {6, 2, 6, 6}, DataType.DOUBLE);
    INDArray targets = Nd4j.create(batch.targets().data(), new long[] {6, 5}, DataType.DOUBLE);
    INDArray[] wanted = {
      targets.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2)).dup(),
      targets.get(NDArrayIndex.all(), NDArrayIndex.interval(2, 5)).dup()
    };
    OpenProvider provider = new OpenProvider(network, Precision.DOUBLE);
    try (OpenModel model = provider.create(network.spec())) {
      model.restore(new ModelState(0, provider.start(network.spec(), 3)));
      for (int step = 1; step <= 3; step++) {
        INDArray[] before = own.output(true, inputs);
        own.fit(new INDArray[] {inputs}, wanted);
        Recording recording = everything(network.spec());
        double loss =
            model.step(new Batch(step, batch.inputs(), batch.targets()), NO_MASKS, recording);
        assertThat(loss).isEqualTo(own.score());
        Tensor shown = seen(recording, Phase.FORWARD, NetworkSpec.OUTPUT);
        Tensor predicted = model.predict(batch.inputs());
        INDArray[] after = own.output(false, inputs);
        for (int i = 0; i < 6 * 5; i++) {
          int output = i % 5 < 2 ? 0 : 1;
          int column = i % 5 - 2 * output;
          assertThat(shown.data()[i])
              .isCloseTo(before[output].getDouble(i / 5, column), within(1e-14));
          assertThat(predicted.data()[i]).isEqualTo(after[output].getDouble(i / 5, column));
        }
      }
    }
  }

  /** The weights of a frozen layer are no parameters: they stay, and count as what is kept. */
  @Test
  void aFrozenLayerKeepsItsWeights() {
    String json =
        OpenLayersTest.json(
            new Sgd(0.1),
            InputType.recurrent(FEATURES, STEPS, RNNFormat.NCW),
            new FrozenLayer(new DenseLayer.Builder().nOut(6).activation(Activation.TANH).build()),
            new LSTM.Builder().nOut(5).build(),
            output(5));
    OpenNetwork network = OpenConfiguration.parse(json, samples(), Epochs.UNKNOWN);
    String weights = network.spec().allLayers().get(0).name() + "/W";
    assertThat(network.spec().parameters().stream().map(ParameterSpec::path))
        .doesNotContain(weights);
    try (OpenModel model = started(network)) {
      ModelState start = model.state().copy();
      Recording recording = everything(network.spec());
      model.step(batch(), NO_MASKS, recording);
      assertThat(model.state().tensor(weights)).isEqualTo(start.tensor(weights));
      assertThat(model.state().tensor("layer1/W")).isNotEqualTo(start.tensor("layer1/W"));
    }
  }

  /** The rate of an epoch is that of each of its steps. */
  @Test
  void aScheduleByEpochIsOneByStep() {
    String json =
        OpenLayersTest.json(
            new Sgd(new StepSchedule(ScheduleType.EPOCH, 0.5, 0.5, 1)),
            InputType.recurrent(FEATURES, STEPS, RNNFormat.NCW),
            lstm(FEATURES),
            output(5));
    OpenNetwork network = OpenConfiguration.parse(json, samples(), new Epochs(2, 2));
    assertThat(network.spec().optimizer().learningRate())
        .isEqualTo(
            new LearningRate(
                0.5,
                new LearningRate.Decay.Steps(
                    List.of(new LearningRate.Decay.Steps.Change(2, 0.25)))));
    try (OpenModel model = started(network)) {
      for (int step = 1; step <= 3; step++) {
        Tensor before = model.state().tensor("layer1/b").copy();
        Recording recording = everything(network.spec());
        model.step(new Batch(step, batch().inputs(), batch().targets()), NO_MASKS, recording);
        Tensor gradient = seen(recording, Phase.BACKWARD, "layer1/b");
        double rate = step <= 2 ? 0.5 : 0.25;
        assertThat(model.state().tensor("layer1/b").data()[0])
            .isCloseTo(before.data()[0] - rate * gradient.data()[0], within(1e-14));
      }
    }
  }

  /** DL4J sums over the batch, and clips and regularizes after all that it shows. */
  @Test
  void gradientsAreTheSlopesOfTheLoss() {
    OpenNetwork network = read(configuration());
    Recording recording = everything(network.spec());
    Batch batch = batch();
    try (OpenModel model = started(network)) {
      ModelState start = model.state();
      model.step(batch, NO_MASKS, recording);
      for (String path : List.of("layer0/W", "layer0/RW", "layer0/b", "layer1/W")) {
        Tensor gradient = seen(recording, Phase.BACKWARD, path);
        for (int i = 0; i < gradient.size(); i += 7) {
          assertThat(gradient.data()[i])
              .as("%s[%d]", path, i)
              .isCloseTo(slope(model, start, path, i, batch), within(SLOPE));
        }
      }
    }
  }

  private static double slope(
      OpenModel model, ModelState start, String path, int index, Batch batch) {
    double h = 1e-5;
    double[] losses = new double[2];
    for (int side = 0; side < 2; side++) {
      ModelState moved = start.copy();
      moved.tensor(path).data()[index] += side == 0 ? h : -h;
      model.restore(moved);
      losses[side] = model.step(batch, NO_MASKS, Observer.NONE);
    }
    return (losses[0] - losses[1]) / (2 * h);
  }

  /** Behind the end of a sequence everything that is shown is 0. */
  @Test
  void outputsAreTheTextbooksAndEndWithTheSequence() {
    OpenNetwork network = read(configuration());
    Recording recording = everything(network.spec());
    Batch batch = batch();
    try (OpenModel model = started(network)) {
      ModelState start = model.state();
      model.step(batch, NO_MASKS, recording);
      Tensor hidden = seen(recording, Phase.FORWARD, "layer0/out"); // 6 × 5 × 4
      Tensor sums = seen(recording, Phase.FORWARD, "layer1/out"); // 6 × 2 × 4
      Tensor answers = seen(recording, Phase.FORWARD, NetworkSpec.OUTPUT);
      Tensor w = start.tensor("layer1/W");
      for (int sample = 0; sample < 6; sample++) {
        for (int step = 0; step < STEPS; step++) {
          boolean over = sample % 3 == 1 && step >= 2;
          double[] a = new double[2];
          for (int k = 0; k < 2; k++) {
            for (int u = 0; u < 5; u++) {
              a[k] += hidden.data()[(sample * 5 + u) * STEPS + step] * w.data()[u * 2 + k];
            }
            assertThat(sums.data()[(sample * 2 + k) * STEPS + step]).isCloseTo(a[k], within(1e-14));
          }
          double first = 1 / (1 + Math.exp(a[1] - a[0]));
          assertThat(answers.data()[sample * 2 * STEPS + step])
              .isCloseTo(over ? 0 : first, within(1e-14));
        }
      }
      assertThat(seen(recording, Phase.BACKWARD, "layer0/out").shape())
          .isEqualTo(Shape.of(6, 5, STEPS));
    }
  }

  /** A layer that sees steps one by one has them as rows: samples × units × steps all the same. */
  @Test
  void stepsThatAreRowsAreShownAsSequences() {
    String json =
        OpenLayersTest.json(
            new Sgd(0.1),
            InputType.recurrent(FEATURES, STEPS, RNNFormat.NCW),
            new DenseLayer.Builder().nOut(6).activation(Activation.TANH).build(),
            new LSTM.Builder().nOut(5).build(),
            output(5));
    OpenNetwork network = OpenConfiguration.parse(json, samples(), Epochs.UNKNOWN);
    assertThat(network.spec().outputShapes()).containsEntry("layer0", Shape.of(6, STEPS));
    Recording recording = everything(network.spec());
    Batch batch = batch();
    try (OpenModel model = started(network)) {
      Tensor w = model.state().tensor("layer0/W"); // 3 × 6
      model.step(batch, NO_MASKS, recording);
      Tensor out = seen(recording, Phase.FORWARD, "layer0/out");
      double[] x = batch.inputs().data();
      for (int step = 0; step < STEPS; step++) {
        double sum = 0;
        for (int i = 0; i < FEATURES; i++) {
          sum += x[(2 * FEATURES + i) * STEPS + step] * w.data()[i * 6 + 4];
        }
        assertThat(out.data()[(2 * 6 + 4) * STEPS + step]).isCloseTo(Math.tanh(sum), within(1e-14));
      }
    }
  }

  @Test
  void aGraphTellsWhatEachLayerReads() {
    String json =
        new NeuralNetConfiguration.Builder()
            .updater(new Adam(0.01))
            .graphBuilder()
            .addInputs("in")
            .addLayer("first", lstm(FEATURES), "in")
            .addLayer("second", lstm(5), "first")
            .addVertex("both", new MergeVertex(), "second", "in")
            .addLayer("out", output(8), "both")
            .setOutputs("out")
            .build()
            .toJson();
    assertThat(OpenConfiguration.parse(json, samples(), Epochs.UNKNOWN).spec().inputs())
        .containsEntry("second", List.of("first"))
        .containsEntry("out", List.of("second", NetworkSpec.INPUT));
  }

  private static void assertRefused(String json, Tensor samples, String... said) {
    assertThatThrownBy(() -> OpenConfiguration.parse(json, samples, Epochs.UNKNOWN))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(said);
  }

  private static String with(LSTM lstm) {
    return OpenLayersTest.json(
        new Sgd(0.1), InputType.recurrent(FEATURES, STEPS, RNNFormat.NCW), lstm, output(5));
  }

  private static String table(Layer... layers) {
    return OpenLayersTest.json(new Adam(0.1), InputType.feedForward(FEATURES), layers);
  }

  private static OutputLayer tableOutput() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(3)
        .activation(Activation.SOFTMAX)
        .build();
  }

  /** DL4J keeps them beside what it trains, and gives them neither gradient nor update. */
  @Test
  void whatOnlyPretrainingMovesIsKept() {
    OpenNetwork network =
        OpenConfiguration.parse(
            table(new AutoEncoder.Builder().nOut(5).build(), tableOutput()),
            Tensor.zeros(Shape.of(2, FEATURES)),
            Epochs.UNKNOWN);

    assertThat(network.spec().parameters())
        .extracting(ParameterSpec::path)
        .containsExactlyInAnyOrder("layer0/W", "layer0/b", "layer1/W", "layer1/b");
    assertThat(network.spec().statistics()).containsOnlyKeys("layer0/vb");
  }

  @Test
  void twoLayersOfOneNameAreRefusedByIt() {
    assertRefused(
        table(
            new DenseLayer.Builder().name("twin").nOut(4).build(),
            new DenseLayer.Builder().name("twin").nOut(4).build(),
            tableOutput()),
        Tensor.zeros(Shape.of(2, FEATURES)),
        "two layers are called twin");
  }

  @Test
  void layersThatStackSamplesAreRefusedByName() {
    String graph =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("in")
            .addLayer("a", new DenseLayer.Builder().nIn(FEATURES).nOut(4).build(), "in")
            .addVertex("stack", new StackVertex(), "a", "a")
            .addLayer("shared", new DenseLayer.Builder().nIn(4).nOut(4).build(), "stack")
            .addVertex("first", new UnstackVertex(0, 2), "shared")
            .addLayer("out", tableOutput(), "first")
            .setOutputs("out")
            .setInputTypes(InputType.feedForward(FEATURES))
            .build()
            .toJson();

    assertRefused(
        graph, Tensor.zeros(Shape.of(2, FEATURES)), "shared (DenseLayer)", "4 rows for 2");
  }

  @Test
  void whatCannotBeComparedIsRefusedWithWhatToDo() {
    MultiLayerConfiguration truncated = configuration();
    truncated.setBackpropType(BackpropType.TruncatedBPTT);
    truncated.setTbpttFwdLength(3);
    assertRefused(truncated.toJson(), samples(), "after 3 steps", "data.steps=3", "Standard");
    assertRefused(
        with(new LSTM.Builder().nOut(5).dropOut(new GaussianDropout(0.5)).build()),
        samples(),
        "layer0",
        "GaussianDropout");
    assertRefused(
        with(new LSTM.Builder().nOut(5).weightNoise(new DropConnect(0.5)).build()),
        samples(),
        "layer0",
        "weight noise");
    assertRefused(
        with(new LSTM.Builder().nOut(5).updater(new Adam(0.1)).build()),
        samples(),
        "expected one optimizer for all");
    assertRefused(configuration().toJson(), Tensor.zeros(Shape.of(2, 7, 4)), "samples of 7×4");
    assertRefused(
        configuration()
            .toJson()
            .replace("org.deeplearning4j.nn.conf.layers.LSTM", "com.evil.Canary"),
        samples(),
        "com.evil.Canary");
  }
}
