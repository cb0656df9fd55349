package dev.lockstep.dl4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.ledger.Convention;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Every switch of the ledger in both positions, against numbers calculated by hand from both of its
 * formulas.
 */
class ConventionSwitchTest {

  private static final Offset<Double> ROUNDING = within(1e-13);
  private static final LearningRate RATE = LearningRate.constant(0.1);
  private static final LossSpec SQUARES = new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0);
  private static final Set<Convention> TESTED = EnumSet.noneOf(Convention.class);

  private static Set<Convention> dl4jsWay(Convention convention) {
    TESTED.add(convention);
    return Set.of(convention);
  }

  private static final Set<Convention> BOOKS_WAY = Set.of();

  @AfterAll
  static void everySwitchWasTested() {
    Set<Convention> switches = EnumSet.allOf(Convention.class);
    switches.removeIf(convention -> convention.role() == Convention.Role.PRACTICE);
    assertThat(TESTED).isEqualTo(switches);
  }

  private static Dl4jModel model(
      NetworkSpec network, Set<Convention> conventions, Map<String, Tensor> parameters) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    network.state().forEach((path, shape) -> tensors.put(path, Tensor.zeros(shape)));
    tensors.putAll(parameters);
    Dl4jModel model = new Dl4jProvider(Precision.DOUBLE, conventions, 1).create(network);
    model.restore(new ModelState(0, tensors));
    return model;
  }

  // One weight: the loss is ½(wx)² with x = ±2 and w = 1, the gradient 4w.

  private record OneWeight(double w, ModelState state, double loss) {}

  private static OneWeight train(
      OptimizerSpec optimizer, double weightDecay, int steps, Set<Convention> conventions) {
    NetworkSpec network =
        Fixture.network(Shape.of(1), SQUARES, weightDecay, optimizer, Fixture.affine("affine1", 1));
    Tensor inputs = Tensor.of(Shape.of(2, 1), 2, -2);
    try (Dl4jModel model =
        model(network, conventions, Map.of("affine1/W", Tensor.of(Shape.of(1, 1), 1)))) {
      double loss = 0;
      for (int step = 1; step <= steps; step++) {
        Batch batch = new Batch(step, inputs, Tensor.zeros(Shape.of(2, 1)));
        loss = model.step(batch, Fixture.masks(step), Observer.NONE);
      }
      ModelState state = model.state();
      return new OneWeight(state.tensor("affine1/W").data()[0], state, loss);
    }
  }

  private static double slot(OneWeight trained, String slot) {
    return trained.state().tensor("affine1/W/" + slot).data()[0];
  }

  @Test
  void adaGradStart() {
    OptimizerSpec optimizer = new OptimizerSpec.AdaGrad(RATE, 1e-7);

    assertThat(slot(train(optimizer, 0, 1, BOOKS_WAY), "h")).isEqualTo(16);
    assertThat(slot(train(optimizer, 0, 1, dl4jsWay(Convention.ADAGRAD_START)), "h"))
        .isEqualTo(16 + 1e-6);
  }

  @Test
  void adaGradEpsilon() {
    OptimizerSpec optimizer = new OptimizerSpec.AdaGrad(RATE, 1);

    assertThat(train(optimizer, 0, 1, BOOKS_WAY).w()).isCloseTo(1 - 0.4 / (4 + 1), ROUNDING);
    assertThat(train(optimizer, 0, 1, dl4jsWay(Convention.ADAGRAD_EPSILON)).w())
        .isCloseTo(1 - 0.4 / (4 + 1e-6), ROUNDING);
  }

  @Test
  void rmsPropStart() {
    OptimizerSpec optimizer = new OptimizerSpec.RmsProp(RATE, 0.5, 1);

    assertThat(slot(train(optimizer, 0, 1, BOOKS_WAY), "h")).isCloseTo(8, ROUNDING);
    assertThat(slot(train(optimizer, 0, 1, dl4jsWay(Convention.RMSPROP_START)), "h"))
        .isCloseTo(0.5 * 1 + 8, ROUNDING);
  }

  @Test
  void rmsPropEpsilon() {
    OptimizerSpec optimizer = new OptimizerSpec.RmsProp(RATE, 0.5, 1);

    assertThat(train(optimizer, 0, 1, BOOKS_WAY).w())
        .isCloseTo(1 - 0.4 / (Math.sqrt(8) + 1), ROUNDING);
    assertThat(train(optimizer, 0, 1, dl4jsWay(Convention.RMSPROP_EPSILON)).w())
        .isCloseTo(1 - 0.4 / (Math.sqrt(8) + 1e-8), ROUNDING);
  }

  @Test
  void adamEpsilon() {
    OptimizerSpec optimizer = new OptimizerSpec.Adam(RATE, 0.5, 0.75, 1);

    assertThat(train(optimizer, 0, 1, BOOKS_WAY).w()).isCloseTo(1 - 0.2 / (2 + 1), ROUNDING);
    assertThat(train(optimizer, 0, 1, dl4jsWay(Convention.ADAM_EPSILON)).w())
        .isCloseTo(1 - 0.2 / (2 + 1e-8), ROUNDING);
  }

  @Test
  void activationConstants() {
    // 0.2·2 + 0.5
    assertThat(answer(new ActivationFunction.HardSigmoid(), BOOKS_WAY)).isCloseTo(0.9, ROUNDING);
    assertThat(
            answer(new ActivationFunction.HardSigmoid(), dl4jsWay(Convention.ACTIVATION_CONSTANTS)))
        .isCloseTo(0.2f * 2.0 + 0.5, ROUNDING);
  }

  /** What an activation makes of 2. */
  private static double answer(ActivationFunction function, Set<Convention> conventions) {
    try (Dl4jModel model =
        model(
            activated(function, SQUARES),
            conventions,
            Map.of("affine1/W", Tensor.of(Shape.of(1, 1), 1)))) {
      return model.predict(Tensor.of(Shape.of(1, 1), 2)).data()[0];
    }
  }

  private static NetworkSpec activated(ActivationFunction function, LossSpec loss) {
    return Fixture.network(
        Shape.of(1),
        loss,
        0,
        new OptimizerSpec.Sgd(RATE),
        Fixture.affine("affine1", 1),
        new LayerSpec.Activation("activation1", function));
  }

  @Test
  void eluAlpha() {
    // y = 2 and −.5·(1 − e⁻²) of x = ±2; dW is the mean of 2·1·2 and −2·y·slope
    double y = 0.5 * (Math.exp(-2) - 1);
    assertThat(eluAfterOneStep(BOOKS_WAY))
        .isCloseTo(1 - 0.1 * (4 - 2 * y * 0.5 * Math.exp(-2)) / 2, ROUNDING);
    assertThat(eluAfterOneStep(dl4jsWay(Convention.ELU_ALPHA)))
        .isCloseTo(1 - 0.1 * (4 - 2 * y * Math.exp(-2)) / 2, ROUNDING);
  }

  private static double eluAfterOneStep(Set<Convention> conventions) {
    try (Dl4jModel model =
        model(
            activated(new ActivationFunction.Elu(0.5), SQUARES),
            conventions,
            Map.of("affine1/W", Tensor.of(Shape.of(1, 1), 1)))) {
      model.step(
          new Batch(1, Tensor.of(Shape.of(2, 1), 2, -2), Tensor.zeros(Shape.of(2, 1))),
          Fixture.masks(1),
          Observer.NONE);
      return model.state().tensor("affine1/W").data()[0];
    }
  }

  @Test
  void binaryClipping() {
    // y = sigmoid(20), the target 0
    assertThat(binaryLoss(BOOKS_WAY)).isCloseTo(-Math.log(1 / (1 + Math.exp(20))), within(1e-6));
    assertThat(binaryLoss(dl4jsWay(Convention.BINARY_CLIPPING)))
        .isCloseTo(-Math.log(1e-5), within(1e-6));
  }

  private static double binaryLoss(Set<Convention> conventions) {
    LossSpec loss = new LossSpec(LossSpec.Type.SIGMOID_CROSS_ENTROPY, 0);
    try (Dl4jModel model =
        model(
            activated(ActivationFunction.IDENTITY, loss),
            conventions,
            Map.of("affine1/W", Tensor.of(Shape.of(1, 1), 10)))) {
      return model.step(
          new Batch(1, Tensor.of(Shape.of(1, 1), 2), Tensor.zeros(Shape.of(1, 1))),
          Fixture.masks(1),
          Observer.NONE);
    }
  }

  @Test
  void polynomialSchedule() {
    OptimizerSpec optimizer =
        new OptimizerSpec.Sgd(new LearningRate(0.1, new LearningRate.Decay.Polynomial(4, 1)));

    // rates .1 and .075, or .125
    assertThat(train(optimizer, 0, 2, BOOKS_WAY).w()).isCloseTo(0.6 - 0.075 * 2.4, ROUNDING);
    assertThat(train(optimizer, 0, 2, dl4jsWay(Convention.POLYNOMIAL_SCHEDULE)).w())
        .isCloseTo(0.6 - 0.125 * 2.4, ROUNDING);
  }

  @Test
  void momentumIsNesterov() {
    OptimizerSpec optimizer = new OptimizerSpec.Momentum(RATE, 0.5);

    assertThat(train(optimizer, 0, 2, BOOKS_WAY).w()).isCloseTo(0.16, ROUNDING);
    assertThat(train(optimizer, 0, 2, dl4jsWay(Convention.MOMENTUM_IS_NESTEROV)).w())
        .isCloseTo(0.06, ROUNDING);
  }

  @Test
  void nesterovOrder() {
    OptimizerSpec optimizer = new OptimizerSpec.Nesterov(RATE, 0.5, true);

    assertThat(train(optimizer, 0, 2, BOOKS_WAY).w()).isCloseTo(0.04, ROUNDING);
    assertThat(train(optimizer, 0, 2, dl4jsWay(Convention.NESTEROV_ORDER)).w())
        .isCloseTo(0.06, ROUNDING);
  }

  @Test
  void decayAfterUpdater() {
    OptimizerSpec optimizer = new OptimizerSpec.Momentum(RATE, 0.5);

    assertThat(train(optimizer, 0.5, 2, BOOKS_WAY).w()).isCloseTo(0.0775, ROUNDING);
    // w = 1 - 0.4 - 0.05 = 0.55; v = -0.2 - 0.22 = -0.42; w = 0.55 - 0.42 - 0.05·0.55
    assertThat(train(optimizer, 0.5, 2, dl4jsWay(Convention.DECAY_AFTER_UPDATER)).w())
        .isCloseTo(0.1025, ROUNDING);
    // the same with SGD
    OptimizerSpec sgd = new OptimizerSpec.Sgd(RATE);
    assertThat(train(sgd, 0.5, 2, dl4jsWay(Convention.DECAY_AFTER_UPDATER)).w())
        .isCloseTo(train(sgd, 0.5, 2, BOOKS_WAY).w(), ROUNDING);
  }

  @Test
  void globalDecayTwice() {
    OptimizerSpec optimizer = new OptimizerSpec.Sgd(RATE);
    OneWeight once = train(optimizer, 0.5, 1, BOOKS_WAY);
    OneWeight twice = train(optimizer, 0.5, 1, dl4jsWay(Convention.GLOBAL_DECAY_TWICE));

    assertThat(once.w()).isCloseTo(1 - 0.4 - 0.05, ROUNDING);
    assertThat(once.loss()).isCloseTo(2 + 0.25, ROUNDING);
    assertThat(twice.w()).isCloseTo(1 - 0.4 - 0.1, ROUNDING);
    assertThat(twice.loss()).isCloseTo(2 + 0.5, ROUNDING);
  }

  @Test
  void aScheduleThatDl4jsAdaGradWouldLoseIsRefused() {
    LearningRate falling = new LearningRate(0.1, new LearningRate.Decay.Exponential(0.5));
    OptimizerSpec optimizer = new OptimizerSpec.AdaGrad(falling, 1e-7);

    assertThatThrownBy(() -> train(optimizer, 0, 1, Set.of(Convention.ADAGRAD_START)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("AdaGrad");
  }

  // One layer after an identity.

  private static final LayerSpec IDENTITY =
      new LayerSpec.Convolution("identity", 1, 1, 1, 1, 0, Fixture.SMALL);

  private record Seen(Fixture.Recorder recorder, double loss, Tensor predicted) {

    double[] out(String layer) {
      return recorder.tensor(Phase.FORWARD, layer + "/out").data();
    }
  }

  private static Seen observe(
      LossSpec loss,
      LayerSpec layer,
      Map<String, Tensor> parameters,
      Tensor inputs,
      Tensor targets,
      Set<Convention> conventions) {
    NetworkSpec network =
        Fixture.network(inputs.shape().sample(), loss, 0, Fixture.SGD, IDENTITY, layer);
    Map<String, Tensor> all = new LinkedHashMap<>(parameters);
    all.put("identity/W", Tensor.filled(Shape.of(1, 1, 1, 1), 1));
    Fixture.Recorder recorder = new Fixture.Recorder();
    try (Dl4jModel model = model(network, conventions, all)) {
      Tensor predicted = model.predict(inputs);
      double value = model.step(new Batch(1, inputs, targets), Fixture.masks(1), recorder);
      return new Seen(recorder, value, predicted);
    }
  }

  private static Seen observe(
      LayerSpec layer, Map<String, Tensor> parameters, Tensor inputs, Set<Convention> conventions) {
    NetworkSpec network =
        Fixture.network(inputs.shape().sample(), SQUARES, 0, Fixture.SGD, IDENTITY, layer);
    Tensor targets = Tensor.zeros(Shape.of(inputs.shape().length(0), network.classes()));
    return observe(SQUARES, layer, parameters, inputs, targets, conventions);
  }

  private static Tensor image(int height, int width, double... pixels) {
    return Tensor.of(Shape.of(pixels.length / (height * width), 1, height, width), pixels);
  }

  @Test
  void poolingPadding() {
    LayerSpec pool = new LayerSpec.Pooling("pool1", LayerSpec.PoolingType.MAX, 2, 2, 2, 1);
    Tensor pixels = image(2, 2, -1, -2, -3, 4);

    assertThat(observe(pool, Map.of(), pixels, BOOKS_WAY).out("pool1")).containsExactly(0, 0, 0, 4);
    assertThat(observe(pool, Map.of(), pixels, dl4jsWay(Convention.POOLING_PADDING)).out("pool1"))
        .containsExactly(-1, -2, -3, 4);
  }

  @Test
  void localResponseGradient() {
    // x = (1, 2, 3), s = 1 + Σ x² = (6, 15, 14) and y = x / s; dout is y, and dW[0][0] is dx of 1
    double[] y = {1.0 / 6, 2.0 / 15, 3.0 / 14};
    double own = y[0] / 6;
    assertThat(responseAfterOneStep(BOOKS_WAY))
        .isCloseTo(1 - 0.1 * (own - 2 * (y[0] * y[0] / 6 + y[1] * y[1] / 15)), ROUNDING);
    assertThat(responseAfterOneStep(dl4jsWay(Convention.LOCAL_RESPONSE_GRADIENT)))
        .isCloseTo(1 - 0.1 * (own - 2 * (y[0] * y[0] + y[1] * y[1]) / 6), ROUNDING);
  }

  private static double responseAfterOneStep(Set<Convention> conventions) {
    NetworkSpec network =
        Fixture.network(
            Shape.of(3, 1, 1),
            SQUARES,
            0,
            new OptimizerSpec.Sgd(RATE),
            new LayerSpec.Convolution("conv1", 3, 1, 1, 1, 0, Fixture.SMALL),
            new LayerSpec.LocalResponse("localResponse1", 1, 3, 1, 1));
    Tensor identity = Tensor.of(Shape.of(3, 3, 1, 1), 1, 0, 0, 0, 1, 0, 0, 0, 1);
    try (Dl4jModel model = model(network, conventions, Map.of("conv1/W", identity))) {
      model.step(
          new Batch(1, Tensor.of(Shape.of(1, 3, 1, 1), 1, 2, 3), Tensor.zeros(Shape.of(1, 3))),
          Fixture.masks(1),
          Observer.NONE);
      return model.state().tensor("conv1/W").data()[0];
    }
  }

  @Test
  void poolingDefaults() {
    LayerSpec pool = new LayerSpec.Pooling("pool1", LayerSpec.PoolingType.MAX, 2, 2, 2, 0);
    Tensor pixels = image(2, 2, 1, 2, 3, 4);

    assertThat(observe(pool, Map.of(), pixels, BOOKS_WAY).out("pool1")).containsExactly(4);
    assertThat(observe(pool, Map.of(), pixels, dl4jsWay(Convention.POOLING_DEFAULTS)).out("pool1"))
        .containsExactly(1);
  }

  private static final LayerSpec NORM = new LayerSpec.BatchNormalization("norm1", 0.9, 1e-6, false);

  private static Map<String, Tensor> gamma(int features) {
    return Map.of("norm1/gamma", Tensor.filled(Shape.of(features), 1));
  }

  @Test
  void batchNormEpsilon() {
    Tensor pixels = image(1, 1, 1, 3);

    assertThat(observe(NORM, gamma(1), pixels, BOOKS_WAY).out("norm1")[1])
        .isCloseTo(1 / Math.sqrt(1 + 1e-6), ROUNDING);
    assertThat(
            observe(NORM, gamma(1), pixels, dl4jsWay(Convention.BATCH_NORM_EPSILON))
                .out("norm1")[1])
        .isCloseTo(1 / Math.sqrt(1 + 1e-5), ROUNDING);
  }

  private static double runningVariance(Set<Convention> conventions) {
    return observe(NORM, gamma(1), image(1, 1, 1, 3), conventions)
        .recorder()
        .tensor(Phase.UPDATE, "norm1/runningVar")
        .data()[0];
  }

  @Test
  void batchNormStart() {
    // a batch variance of 1
    assertThat(runningVariance(BOOKS_WAY)).isCloseTo(0.1, ROUNDING);
    assertThat(runningVariance(dl4jsWay(Convention.BATCH_NORM_START))).isCloseTo(1, ROUNDING);
  }

  @Test
  void batchNormLogStd() {
    Set<Convention> logarithm = dl4jsWay(Convention.BATCH_NORM_LOG_STD);
    NetworkSpec network =
        Fixture.network(Shape.of(1, 1, 1), SQUARES, 0, Fixture.SGD, IDENTITY, NORM);

    try (Dl4jModel model = model(network, BOOKS_WAY, gamma(1))) {
      assertThat(model.state().tensor("norm1/runningVar").data()).containsExactly(0);
    }
    try (Dl4jModel model = model(network, logarithm, gamma(1))) {
      assertThat(model.state().tensor("norm1/runningVar").data()[0]).isPositive();
    }
    assertThat(runningVariance(logarithm)).isCloseTo(runningVariance(BOOKS_WAY), ROUNDING);
  }

  @Test
  void batchNormPerChannel() {
    // per element the means are 2 and 6, the variances 1; per channel 4 and 5
    Tensor pixels = image(1, 2, 1, 5, 3, 7);
    double one = 1 / Math.sqrt(1 + 1e-6);
    double deviation = Math.sqrt(5 + 1e-6);

    assertThat(observe(NORM, gamma(2), pixels, BOOKS_WAY).out("norm1"))
        .containsExactly(new double[] {-one, -one, one, one}, ROUNDING);
    Seen perChannel = observe(NORM, gamma(2), pixels, dl4jsWay(Convention.BATCH_NORM_PER_CHANNEL));
    assertThat(perChannel.out("norm1"))
        .containsExactly(
            new double[] {-3 / deviation, 1 / deviation, -1 / deviation, 3 / deviation}, ROUNDING);
    // every element has its channel's number
    assertThat(perChannel.recorder().tensor(Phase.UPDATE, "norm1/runningMean").data())
        .containsExactly(new double[] {0.4, 0.4}, ROUNDING);
  }

  @Test
  void dropoutScaling() {
    LayerSpec dropout = new LayerSpec.Dropout("dropout1", 0.25, false);
    Tensor pixels = image(1, 2, 8, -4);

    assertThat(observe(dropout, Map.of(), pixels, BOOKS_WAY).predicted().data())
        .containsExactly(6, -3);
    Seen inverted = observe(dropout, Map.of(), pixels, dl4jsWay(Convention.DROPOUT_SCALING));
    assertThat(inverted.predicted().data()).containsExactly(8, -4);
    Tensor mask = Fixture.masks(1).mask("dropout1", 0.25, pixels.shape());
    assertThat(inverted.out("dropout1"))
        .containsExactly(
            new double[] {8 * mask.data()[0] / 0.75, -4 * mask.data()[1] / 0.75}, ROUNDING);
  }

  @Test
  void crossEntropyClipping() {
    LayerSpec nothing = new LayerSpec.Dropout("dropout1", 0, true);
    Tensor logits = image(1, 2, 0, 2000);
    Tensor impossible = Tensor.of(Shape.of(1, 2), 1, 0);

    assertThat(
            observe(Fixture.CROSS_ENTROPY, nothing, Map.of(), logits, impossible, BOOKS_WAY).loss())
        .isCloseTo(-Math.log(1e-7), ROUNDING);
    assertThat(
            observe(
                    Fixture.CROSS_ENTROPY,
                    nothing,
                    Map.of(),
                    logits,
                    impossible,
                    dl4jsWay(Convention.CROSS_ENTROPY_CLIPPING))
                .loss())
        .isCloseTo(-Math.log(1e-10), ROUNDING);
  }

  @Test
  void squaredErrorScale() {
    LayerSpec nothing = new LayerSpec.Dropout("dropout1", 0, true);
    Tensor pixels = image(1, 2, 3, 1);

    assertThat(observe(nothing, Map.of(), pixels, BOOKS_WAY).loss()).isCloseTo(5, ROUNDING);
    assertThat(observe(nothing, Map.of(), pixels, dl4jsWay(Convention.SQUARED_ERROR_SCALE)).loss())
        .isCloseTo(10, ROUNDING);
  }

  @Test
  void defaultActivation() {
    LayerSpec nothing = new LayerSpec.Dropout("dropout1", 0, true);
    Tensor pixels = image(1, 2, 3, -1);

    assertThat(observe(nothing, Map.of(), pixels, BOOKS_WAY).out("identity"))
        .containsExactly(3, -1);
    assertThat(
            observe(nothing, Map.of(), pixels, dl4jsWay(Convention.DEFAULT_ACTIVATION))
                .out("identity"))
        .containsExactly(new double[] {1 / (1 + Math.exp(-3)), 1 / (1 + Math.exp(1))}, ROUNDING);
  }

  // What DL4J draws itself.

  private static Tensor drawn(NetworkSpec network, String path, Set<Convention> conventions) {
    try (Dl4jModel model = new Dl4jProvider(Precision.DOUBLE, conventions, 1).create(network)) {
      return model.state().tensor(path);
    }
  }

  private static double deviation(Tensor tensor) {
    double squares = 0;
    for (double value : tensor.data()) {
      squares += value * value;
    }
    return Math.sqrt(squares / tensor.size());
  }

  /** Of a standard deviation estimated from 5,000 draws: five times its own. */
  private static final Offset<Double> SAMPLING = within(0.005);

  @Test
  void xavierFormula() {
    NetworkSpec network =
        Fixture.network(
            Shape.of(100),
            SQUARES,
            0,
            Fixture.SGD,
            new LayerSpec.Affine("affine1", 50, new InitialValues.Xavier()));

    assertThat(deviation(drawn(network, "affine1/W", BOOKS_WAY))).isCloseTo(0.1, SAMPLING);
    assertThat(deviation(drawn(network, "affine1/W", dl4jsWay(Convention.XAVIER_FORMULA))))
        .isCloseTo(Math.sqrt(2.0 / 150), SAMPLING);
  }

  @Test
  void glorotFanOut() {
    NetworkSpec network =
        Fixture.network(
            Shape.of(3, 9, 9),
            SQUARES,
            0,
            Fixture.SGD,
            new LayerSpec.Convolution("conv1", 40, 3, 3, 2, 0, new InitialValues.GlorotUniform()));
    double books = Math.sqrt(6.0 / (27 + 360));
    double dl4js = Math.sqrt(6.0 / (27 + 360 / 4));

    // of a thousand draws the largest comes within 2 % of the limit
    assertThat(drawn(network, "conv1/W", BOOKS_WAY).largestMagnitude())
        .isBetween(0.98 * books, books);
    assertThat(drawn(network, "conv1/W", dl4jsWay(Convention.GLOROT_FAN_OUT)).largestMagnitude())
        .isBetween(0.98 * dl4js, dl4js);
  }

  @Test
  void whoDraws() {
    LayerSpec dropout = new LayerSpec.Dropout("dropout1", 0.5, true);
    Tensor pixels = image(10, 10, Tensor.filled(Shape.of(100), 1).data());
    Tensor planned = Fixture.masks(1).mask("dropout1", 0.5, pixels.shape());

    double[] replayed = observe(dropout, Map.of(), pixels, BOOKS_WAY).out("dropout1");
    Seen dl4js = observe(dropout, Map.of(), pixels, dl4jsWay(Convention.WHO_DRAWS));
    double[] own = dl4js.out("dropout1");
    // DL4J's own dropout would write its mask into what stands before it
    assertThat(dl4js.out("identity")).containsOnly(1);

    for (int i = 0; i < replayed.length; i++) {
      assertThat(replayed[i]).isEqualTo(2 * planned.data()[i]);
      assertThat(own[i]).isIn(0.0, 2.0);
    }
    assertThat(own).isNotEqualTo(replayed);
  }

  @Test
  void aStartIsKeptOnlyBeforeTheFirstStep() {
    NetworkSpec network =
        Fixture.network(Shape.of(1, 1, 1), SQUARES, 0, Fixture.SGD, IDENTITY, NORM);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    network.state().forEach((path, shape) -> tensors.put(path, Tensor.filled(shape, 0.25)));
    try (Dl4jModel model = model(network, Set.of(Convention.BATCH_NORM_START), gamma(1))) {
      assertThat(model.state().tensor("norm1/runningVar").data()).containsExactly(1);
      model.restore(new ModelState(1, tensors));
      assertThat(Objects.requireNonNull(model.state().tensor("norm1/runningVar")).data())
          .containsExactly(0.25);
    }
  }
}
