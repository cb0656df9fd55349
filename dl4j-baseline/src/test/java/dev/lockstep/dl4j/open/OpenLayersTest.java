package dev.lockstep.dl4j.open;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.Lockstep;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.data.Features;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.Targets;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.plan.Augmentation;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.rounding.RoundedUp;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.dl4j.json.Epochs;
import dev.lockstep.dl4j.model.Precision;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Networks with layers that Lockstep does not write, seen from outside: every tensor of every step
 * is shown and judged, and a second DL4J agrees.
 */
class OpenLayersTest {

  private static final int SAMPLES = 12;
  private static final int STEPS = 4;
  private static final int FEATURES = 3;
  private static final int CLASSES = 2;

  @SuppressWarnings("deprecation") // users have networks with GravesLSTM
  private static Map<String, Layer[]> recurrent() {
    Map<String, Layer[]> networks = new LinkedHashMap<>();
    LSTM lstm = new LSTM.Builder().nIn(FEATURES).nOut(4).activation(Activation.TANH).build();
    networks.put("lstm", layers(lstm, rnnOutput(4)));
    networks.put(
        "gravesLstm", layers(new GravesLSTM.Builder().nIn(FEATURES).nOut(4).build(), rnnOutput(4)));
    networks.put(
        "simpleRnn", layers(new SimpleRnn.Builder().nIn(FEATURES).nOut(4).build(), rnnOutput(4)));
    networks.put(
        "bidirectional", layers(new Bidirectional(Bidirectional.Mode.CONCAT, lstm), rnnOutput(8)));
    networks.put("lastTimeStep", layers(new LastTimeStep(lstm), output(4)));
    networks.put("globalPooling", layers(lstm, new GlobalPoolingLayer(PoolingType.MAX), output(4)));
    networks.put(
        "lstm with dropout",
        layers(
            new LSTM.Builder().nIn(FEATURES).nOut(4).dropOut(0.7).build(),
            new RnnOutputLayer.Builder(LossFunction.MCXENT)
                .nIn(4)
                .nOut(CLASSES)
                .dropOut(0.5)
                .activation(Activation.SOFTMAX)
                .build()));
    networks.put(
        "rnnLoss",
        layers(
            lstm,
            new LSTM.Builder().nIn(4).nOut(CLASSES).build(),
            new RnnLossLayer.Builder(LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .dataFormat(RNNFormat.NCW)
                .build()));
    networks.put(
        "dense in each step",
        layers(
            new DenseLayer.Builder().nOut(5).activation(Activation.TANH).build(),
            new LSTM.Builder().nOut(4).build(),
            rnnOutput(4)));
    networks.put(
        "attention",
        layers(
            new SelfAttentionLayer.Builder()
                .nIn(FEATURES)
                .nOut(4)
                .nHeads(2)
                .headSize(2)
                .projectInput(true)
                .build(),
            rnnOutput(4)));
    networks.put(
        "convolution over time",
        layers(
            new Convolution1DLayer.Builder().nOut(4).kernelSize(1).stride(1).build(),
            lstm4(),
            rnnOutput(4)));
    return networks;
  }

  private static LSTM lstm4() {
    return new LSTM.Builder().nOut(4).build();
  }

  @SuppressWarnings("rawtypes") // the builder of SpaceToDepthLayer has no type to give
  private static Map<String, Layer[]> images() {
    Map<String, Layer[]> networks = new LinkedHashMap<>();
    networks.put(
        "locallyConnected2D",
        layers(
            new LocallyConnected2D.Builder()
                .nOut(3)
                .kernelSize(2, 2)
                .setInputSize(6, 6)
                .hasBias(true)
                .build(),
            output()));
    networks.put(
        "prelu", layers(conv(), new PReLULayer.Builder().inputShape(3, 5, 5).build(), output()));
    networks.put("cropping2D", layers(new Cropping2D(1, 1, 1, 1), conv(), output()));
    networks.put(
        "deconvolution", layers(new Deconvolution2D.Builder(2, 2).nOut(3).build(), output()));
    networks.put(
        "separable", layers(new SeparableConvolution2D.Builder(2, 2).nOut(3).build(), output()));
    networks.put(
        "spaceToDepth", layers(new SpaceToDepthLayer.Builder(2).build(), conv(), output()));
    networks.put(
        "localResponse",
        layers(conv(), new LocalResponseNormalization.Builder().build(), output()));
    networks.put(
        "batchNormalization",
        layers(
            new Cropping2D(1, 1, 1, 1),
            conv(),
            new BatchNormalization(),
            new ActivationLayer(Activation.RELU),
            output()));
    networks.put(
        "elementWise",
        layers(
            new DenseLayer.Builder().nOut(5).build(),
            new ElementWiseMultiplicationLayer.Builder().nIn(5).nOut(5).build(),
            output()));
    return networks;
  }

  private static ConvolutionLayer conv() {
    return new ConvolutionLayer.Builder(2, 2).nOut(3).activation(Activation.TANH).build();
  }

  private static RnnOutputLayer rnnOutput(int in) {
    return new RnnOutputLayer.Builder(LossFunction.MCXENT)
        .nIn(in)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static OutputLayer output(int in) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nIn(in)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static Layer[] layers(Layer... layers) {
    return layers;
  }

  static String json(IUpdater updater, InputType input, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder().seed(3).updater(updater).l2(1e-3).list();
    Arrays.stream(layers).forEach(layer -> list.layer(layer.clone()));
    return list.setInputType(input).build().toJson();
  }

  /** Sequences of {@code STEPS} steps, some of which end after two, one class for each step. */
  static Split sequences(boolean each, boolean shortened) {
    Random random = new Random(1);
    double[] values = new double[SAMPLES * FEATURES * STEPS];
    double[] answers = new double[SAMPLES * CLASSES * STEPS];
    int[] labels = new int[SAMPLES];
    for (int sample = 0; sample < SAMPLES; sample++) {
      labels[sample] = sample % CLASSES;
      int length = shortened && sample % 3 == 1 ? 2 : STEPS;
      for (int step = 0; step < STEPS; step++) {
        for (int i = 0; i < FEATURES; i++) {
          values[(sample * FEATURES + i) * STEPS + step] =
              step < length ? random.nextGaussian() : Double.NaN;
        }
        for (int i = 0; i < CLASSES; i++) {
          answers[(sample * CLASSES + i) * STEPS + step] =
              step >= length ? Double.NaN : (sample + step) % CLASSES == i ? 1 : 0;
        }
      }
    }
    Task task = Task.classes(CLASSES);
    return new Split(
        Shape.of(FEATURES, STEPS),
        Features.numbers(values),
        each
            ? Targets.sequences(task, answers, new double[] {1, 1}, STEPS)
            : Targets.classes(task, labels));
  }

  static Split pictures(Targets targets) {
    Random random = new Random(2);
    double[] values = random.doubles((long) SAMPLES * 2 * 6 * 6).toArray();
    return new Split(Shape.of(2, 6, 6), Features.numbers(values), targets);
  }

  private static Targets classes() {
    int[] labels = new int[SAMPLES];
    Arrays.setAll(labels, i -> i % CLASSES);
    return Targets.classes(Task.classes(CLASSES), labels);
  }

  private static Outcome compare(String json, Split data, Precision candidate) {
    OpenNetwork open =
        OpenConfiguration.parse(json, data.inputs(Split.range(0, 2), data.image()), Epochs.UNKNOWN);
    Split asked =
        open.spec().output().rank() == 2 && data.answer().rank() == 1
            ? data.answeredAtTheEnd()
            : data;
    OpenProvider reference = new OpenProvider(open, Precision.DOUBLE);
    TrainingSpec training =
        new TrainingSpec(
            6, TrainingSpec.Order.SHUFFLED, new TrainingSpec.Length.Steps(5), Augmentation.NONE);
    TrainingPlan plan =
        new TrainingPlan(
            open.spec(), training, asked, 1, new ModelState(0, reference.start(open.spec(), 1)));
    LockstepOptions options =
        new LockstepOptions(
            new Cadence(1), Selection.ALL, false, false, null, candidate == Precision.FLOAT);
    return new Lockstep(open.spec(), plan, asked, asked, options, new LockstepListener() {})
        .run(
            new Lockstep.Sides(
                reference, new OpenProvider(open, candidate), new RoundedUp(reference)));
  }

  private static void assertAgrees(String json, Split data) {
    Outcome outcome = compare(json, data, Precision.DOUBLE);
    assertThat(outcome.failure()).isNull();
    assertThat(outcome.undecided()).isEmpty();
    assertThat(outcome.verdict()).isEqualTo(Verdict.AGREE);
    assertThat(outcome.coverage().complete()).isTrue();
    assertThat(outcome.coverage().oneSided()).isZero();
    // what agrees because nothing moves shows nothing
    assertThat(outcome.implementations().get(0).trainLoss()).isPositive();
  }

  static Stream<String> recurrentNames() {
    return recurrent().keySet().stream();
  }

  static Stream<String> imageNames() {
    return images().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("recurrentNames")
  void recurrentNetworksAreSeenWhole(String name) {
    InputType input = InputType.recurrent(FEATURES, STEPS, RNNFormat.NCW);
    String json = json(new Adam(0.01), input, Objects.requireNonNull(recurrent().get(name)));
    boolean whole = name.equals("lastTimeStep") || name.equals("globalPooling");
    // DL4J M2.1 cannot carry a mask through a convolution over time
    assertAgrees(json, sequences(!whole, !name.equals("convolution over time")));
  }

  @ParameterizedTest
  @MethodSource("imageNames")
  void otherLayersAreSeenWhole(String name) {
    String json =
        json(
            new RmsProp(0.01),
            InputType.convolutional(6, 6, 2),
            Objects.requireNonNull(images().get(name)));
    assertAgrees(json, pictures(classes()));
  }

  /**
   * DL4J goes back to the last layer that is trained and no further: nothing comes to the others.
   */
  @Test
  void layersThatAreFrozenAreSeenAndStay() {
    String json =
        json(
            new Adam(0.01),
            InputType.convolutional(6, 6, 2),
            conv(),
            new FrozenLayer(new DenseLayer.Builder().nOut(5).build()),
            new DenseLayer.Builder().nOut(4).activation(Activation.TANH).build(),
            output());
    assertAgrees(json, pictures(classes()));
  }

  @Test
  void severalOutputsAreSeenWhole() {
    double[] answers = new double[SAMPLES * 5];
    Arrays.setAll(answers, i -> i % 5 == 0 || i % 5 == 3 ? 1 : 0);
    Task task = new Task(Task.Kind.BINARY, Task.classes(5).names());
    double[] units = {1, 1, 1, 1, 1};
    assertAgrees(twoOutputs().toJson(), pictures(Targets.numbers(task, answers, units)));
  }

  /** Two answers, of two and of three numbers, the smaller one named last. */
  static ComputationGraphConfiguration twoOutputs() {
    return new NeuralNetConfiguration.Builder()
        .seed(3)
        .dataType(DataType.DOUBLE)
        .updater(new Adam(0.01))
        .graphBuilder()
        .addInputs("in")
        .setInputTypes(InputType.convolutional(6, 6, 2))
        .addLayer("shared", conv(), "in")
        .addLayer(
            "three",
            new OutputLayer.Builder(LossFunction.MSE)
                .nOut(3)
                .activation(Activation.IDENTITY)
                .build(),
            "shared")
        .addLayer("two", output(), "shared")
        .setOutputs("two", "three")
        .build();
  }

  @Test
  void aLossForEachPixelIsSeenWhole() {
    String json =
        json(
            new Adam(0.01),
            InputType.convolutional(6, 6, 2),
            new ConvolutionLayer.Builder(1, 1).nOut(1).build(),
            new CnnLossLayer.Builder(LossFunction.XENT).activation(Activation.SIGMOID).build());
    double[] answers = new double[SAMPLES * 36];
    Arrays.setAll(answers, i -> i / 3 % 2);
    Task task = new Task(Task.Kind.BINARY, Task.classes(36).names());
    double[] units = new double[36];
    Arrays.fill(units, 1);
    assertAgrees(json, pictures(Targets.numbers(task, answers, units)));
  }
}
