package dev.lockstep.scratch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.InputException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.ludovic.netlib.blas.JavaBLAS;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScratchModelTest {

  /** Published numbers are printed to eight digits. */
  private static final double PRINTED = 5e-9;

  /** The weights of simpleNet are printed to eight digits, which the loss amplifies. */
  private static final double PRINTED_LOSS = 1e-8;

  /** Rows of one product may be rounded otherwise than those of another. */
  private static final double ROUNDING = 1e-14;

  private final NetworkSpec network = Networks.dense();

  private static void steps(Model model, NetworkSpec network, int from, int to, Observer observer) {
    for (int step = from; step <= to; step++) {
      // The last batch of an epoch is smaller.
      int samples = step % 3 == 0 ? 2 : 5;
      model.step(Networks.batch(network, step, samples), Networks.masks(step), observer);
    }
  }

  @Test
  void observesEveryTensorOfEveryPhaseInItsOrder() {
    Recorder seen = new Recorder();
    Networks.restored(network).step(Networks.batch(network, 1, 4), Networks.masks(1), seen);

    assertThat(seen.paths(Phase.FORWARD))
        .containsExactly(
            "affine1/out",
            "batchNorm1/out",
            "tanh1/out",
            "dropout1/out",
            "affine2/out",
            "loss/out");
    assertThat(seen.paths(Phase.LOSS)).containsExactly("loss/value");
    assertThat(seen.paths(Phase.BACKWARD))
        .containsExactly(
            "affine2/out",
            "affine2/W",
            "affine2/b",
            "dropout1/out",
            "tanh1/out",
            "batchNorm1/out",
            "batchNorm1/gamma",
            "batchNorm1/beta",
            "affine1/out",
            "affine1/W",
            "affine1/b");
    // A parameter moves by its slots, so it is shown after them.
    assertThat(seen.paths(Phase.UPDATE))
        .startsWith("affine1/W/m", "affine1/W/v", "affine1/W", "affine1/b/m")
        .endsWith("affine2/b", "batchNorm1/runningMean", "batchNorm1/runningVar")
        .containsExactlyInAnyOrderElementsOf(network.state().keySet());
  }

  @ParameterizedTest
  @MethodSource("networks")
  void observedTensorsHaveTheShapesOfTheNetwork(NetworkSpec network) {
    Recorder seen = new Recorder();
    Networks.restored(network).step(Networks.batch(network, 1, 4), Networks.masks(1), seen);

    network
        .outputShapes()
        .forEach(
            (layer, shape) -> {
              assertThat(seen.get(Phase.FORWARD, layer + "/out").shape())
                  .isEqualTo(shape.batchOf(4));
              assertThat(seen.get(Phase.BACKWARD, layer + "/out").shape())
                  .isEqualTo(shape.batchOf(4));
            });
    network
        .state()
        .forEach(
            (path, shape) -> assertThat(seen.get(Phase.UPDATE, path).shape()).isEqualTo(shape));
    assertThat(seen.get(Phase.LOSS, "loss/value").shape()).isEqualTo(Shape.of());
  }

  @Test
  void theUpdateThatIsObservedIsTheStateThatIsLeft() {
    Recorder seen = new Recorder();
    Model model = Networks.restored(network);
    double loss = model.step(Networks.batch(network, 1, 4), Networks.masks(1), seen);

    model
        .state()
        .tensors()
        .forEach((path, tensor) -> assertThat(seen.get(Phase.UPDATE, path)).isEqualTo(tensor));
    assertThat(seen.get(Phase.LOSS, "loss/value")).isEqualTo(Tensor.scalar(loss));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void observesExactlyWhatIsExpected(NetworkSpec network) {
    Recorder seen = new Recorder();
    Networks.restored(network).step(Networks.batch(network, 1, 4), Networks.masks(1), seen);

    for (Phase phase : List.of(Phase.FORWARD, Phase.LOSS, Phase.BACKWARD)) {
      assertThat(seen.paths(phase)).containsExactlyElementsOf(expected(network, phase));
    }
    assertThat(seen.paths(Phase.UPDATE))
        .containsExactlyInAnyOrderElementsOf(expected(network, Phase.UPDATE));
  }

  private static List<String> expected(NetworkSpec network, Phase phase) {
    return ExpectedTensor.of(network).stream()
        .map(ExpectedTensor::key)
        .filter(key -> key.phase() == phase && !key.equals(ExpectedTensor.PREDICTION))
        .map(TensorKey::path)
        .toList();
  }

  static List<NetworkSpec> networks() {
    return List.of(Networks.dense(), Networks.images(0), Networks.images(0.1));
  }

  static Stream<NetworkSpec> everyOneOfThem() {
    return Stream.of(
            networks().stream(),
            Stream.of(Networks.largeImages()),
            ActivationFunction.all().stream().map(Networks::activated))
        .flatMap(networks -> networks);
  }

  @ParameterizedTest
  @MethodSource("everyOneOfThem")
  void anObserverChangesNoBit(NetworkSpec network) {
    Model observed = Networks.restored(network);
    Model bare = Networks.restored(network);
    for (int step = 1; step <= 5; step++) {
      steps(observed, network, step, step, new Recorder());
    }
    steps(bare, network, 1, 5, Observer.NONE);

    assertThat(observed.state()).isEqualTo(bare.state());
  }

  /** What is built on it: rounding to float, which measures a floor, and faults that are seeded. */
  @ParameterizedTest
  @MethodSource("networks")
  void whatAnObserverChangesInATensorIsReadOnFrom(NetworkSpec network) {
    ModelState untouched = stateAfterDoubling(network, null);

    for (ExpectedTensor tensor : ExpectedTensor.of(network)) {
      Phase phase = tensor.key().phase();
      boolean shown = !tensor.key().equals(ExpectedTensor.PREDICTION);
      if (shown && (phase == Phase.FORWARD || phase == Phase.BACKWARD)) {
        assertThat(stateAfterDoubling(network, tensor.key()).tensors())
            .as("after doubling %s", tensor.key())
            .isNotEqualTo(untouched.tensors());
      }
    }
  }

  @Test
  void whatAnObserverChangesInTheOutputTheLossIsComputedFrom() {
    NetworkSpec undecayed = Networks.dense(network.optimizer(), Networks.EXACT_CROSS_ENTROPY, 0);
    TensorKey output = new TensorKey(Phase.FORWARD, NetworkSpec.OUTPUT);

    // −log(2y) = −log y − log 2
    assertThat(stepDoubling(Networks.restored(undecayed), undecayed, output))
        .isCloseTo(
            stepDoubling(Networks.restored(undecayed), undecayed, null) - Math.log(2),
            within(ROUNDING));
  }

  private static ModelState stateAfterDoubling(NetworkSpec network, @Nullable TensorKey doubled) {
    Model model = Networks.restored(network);
    stepDoubling(model, network, doubled);
    return model.state();
  }

  /** Takes a step in which an observer doubles a tensor, and returns its loss. */
  private static double stepDoubling(
      Model model, NetworkSpec network, @Nullable TensorKey doubled) {
    Observer doubling =
        new Observer() {
          @Override
          public boolean watches() {
            return true;
          }

          @Override
          public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
            if (new TensorKey(phase, path).equals(doubled)) {
              double[] values = tensor.get().data();
              for (int i = 0; i < values.length; i++) {
                values[i] *= 2;
              }
            }
          }
        };
    return model.step(Networks.batch(network, 1, 4), Networks.masks(1), doubling);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void goesOnFromAStateBitByBit(NetworkSpec network) {
    Model straight = Networks.restored(network);
    steps(straight, network, 1, 3, Observer.NONE);
    ModelState half = straight.state();
    steps(straight, network, 4, 7, Observer.NONE);

    Model resumed = new ScratchProvider().create(network);
    resumed.restore(half);
    steps(resumed, network, 4, 7, Observer.NONE);

    assertThat(half.step()).isEqualTo(3);
    assertThat(resumed.state()).isEqualTo(straight.state());
  }

  /** Large enough for every layer to be shared among threads. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void noBitDependsOnTheNumberOfThreads(int threads) {
    NetworkSpec large = Networks.largeImages();
    ModelState start = WeightInitialization.initialState(large, new Random(1));
    try (Model alone = new ScratchProvider().create(large);
        Model shared = new ScratchProvider(JavaBLAS.getInstance(), threads).create(large)) {
      alone.restore(start);
      shared.restore(start);
      for (int step = 1; step <= 3; step++) {
        Batch batch = Networks.batch(large, step, 21 - step);
        alone.step(batch, Networks.masks(step), Observer.NONE);
        shared.step(batch, Networks.masks(step), Observer.NONE);
      }
      assertThat(shared.state()).isEqualTo(alone.state());
      assertThat(alone.state()).isNotEqualTo(start);
    }
  }

  @Test
  void theStateIsACopy() {
    Model model = Networks.restored(network);
    ModelState before = model.state();
    double first = before.tensor("affine1/W").data()[0];
    steps(model, network, 1, 1, Observer.NONE);

    assertThat(before.tensor("affine1/W").data()[0]).isEqualTo(first);
    assertThat(model.state().tensor("affine1/W").data()[0]).isNotEqualTo(first);
  }

  @Test
  void predictionChangesNothingAndTakesAnyNumberOfSamples() {
    Model model = Networks.restored(network);
    steps(model, network, 1, 4, Observer.NONE);
    ModelState before = model.state();
    Tensor inputs = Networks.normal(Shape.of(250, 5), new Random(3));

    Tensor all = model.predict(inputs);

    assertThat(model.state()).isEqualTo(before);
    assertThat(all.shape()).isEqualTo(Shape.of(250, 3));
    for (int row : new int[] {0, 99, 100, 249}) {
      double[] one = new double[5];
      System.arraycopy(inputs.data(), row * 5, one, 0, 5);
      double[] expected = model.predict(Tensor.of(Shape.of(1, 5), one)).data();
      assertThat(new double[] {all.data()[row * 3], all.data()[row * 3 + 1]})
          .containsExactly(new double[] {expected[0], expected[1]}, within(ROUNDING));
    }
  }

  @Test
  void predictionBetweenStepsDoesNotDisturbTraining() {
    Model disturbed = Networks.restored(network);
    Model bare = Networks.restored(network);
    for (int step = 1; step <= 3; step++) {
      steps(disturbed, network, step, step, Observer.NONE);
      disturbed.predict(Networks.batch(network, 9, 7).inputs());
    }
    steps(bare, network, 1, 3, Observer.NONE);

    assertThat(disturbed.state()).isEqualTo(bare.state());
  }

  @Test
  void gradientsAndLossIncludeWeightDecayOfWeightsOnly() {
    NetworkSpec without = Networks.dense(network.optimizer(), Networks.EXACT_CROSS_ENTROPY, 0);
    Recorder decayed = new Recorder();
    Recorder bare = new Recorder();
    double decayedLoss =
        Networks.restored(network).step(Networks.batch(network, 1, 4), Networks.masks(1), decayed);
    double bareLoss =
        Networks.restored(without).step(Networks.batch(network, 1, 4), Networks.masks(1), bare);

    ModelState start = WeightInitialization.initialState(network, new Random(1));
    double squares = 0;
    for (String path : List.of("affine1/W", "affine2/W")) {
      double[] w = start.tensor(path).data();
      for (int i = 0; i < w.length; i++) {
        squares += w[i] * w[i];
        assertThat(decayed.get(Phase.BACKWARD, path).data()[i])
            .isCloseTo(bare.get(Phase.BACKWARD, path).data()[i] + 0.1 * w[i], within(ROUNDING));
      }
    }
    assertThat(decayedLoss).isCloseTo(bareLoss + 0.5 * 0.1 * squares, within(ROUNDING));
    for (String path : List.of("affine1/b", "batchNorm1/gamma", "batchNorm1/beta")) {
      assertThat(decayed.get(Phase.BACKWARD, path)).isEqualTo(bare.get(Phase.BACKWARD, path));
    }
  }

  /** Chapter 4's simpleNet: x = (.6, .9), t = 2, no bias. */
  @Test
  void simpleNetOfTheBook() {
    NetworkSpec simpleNet =
        new NetworkSpec(
            Shape.of(2),
            List.of(Networks.affine("affine1", 3)),
            new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER),
            0,
            new OptimizerSpec.Sgd(Networks.RATE));
    double[] w = {.24442401, .07673328, .0531962, -.43386236, -.72365264, -1.19456457};
    Model model = new ScratchProvider().create(simpleNet);
    model.restore(
        new ModelState(
            0,
            Map.of(
                "affine1/W",
                Tensor.of(Shape.of(2, 3), w),
                "affine1/b",
                Tensor.zeros(Shape.of(3)))));
    Recorder seen = new Recorder();

    double loss =
        model.step(
            new Batch(1, Tensor.of(Shape.of(1, 2), .6, .9), Tensor.of(Shape.of(1, 3), 0, 0, 1)),
            Networks.masks(1),
            seen);

    assertThat(loss).isCloseTo(1.5631113398, within(PRINTED_LOSS));
    assertThat(seen.get(Phase.FORWARD, "affine1/out").data())
        .containsExactly(new double[] {-.24382172, -.60524741, -1.04319039}, within(2 * PRINTED));
    assertThat(seen.get(Phase.BACKWARD, "affine1/W").data())
        .containsExactly(
            new double[] {.27955149, .1947586, -.47431009, .41932724, .29213789, -.71146514},
            within(PRINTED));
  }

  /** Chapter 3's three-layer network. */
  @Test
  void threeLayerNetworkOfTheBook() {
    NetworkSpec threeLayers =
        new NetworkSpec(
            Shape.of(2),
            List.of(
                Networks.affine("affine1", 3),
                Networks.activation("sigmoid1", ActivationFunction.SIGMOID),
                Networks.affine("affine2", 2),
                Networks.activation("sigmoid2", ActivationFunction.SIGMOID),
                Networks.affine("affine3", 2),
                Networks.activation("identity1", ActivationFunction.IDENTITY)),
            new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0),
            0,
            new OptimizerSpec.Sgd(Networks.RATE));
    Map<String, Tensor> state = new LinkedHashMap<>();
    state.put("affine1/W", Tensor.of(Shape.of(2, 3), .1, .3, .5, .2, .4, .6));
    state.put("affine1/b", Tensor.of(Shape.of(3), .1, .2, .3));
    state.put("affine2/W", Tensor.of(Shape.of(3, 2), .1, .4, .2, .5, .3, .6));
    state.put("affine2/b", Tensor.of(Shape.of(2), .1, .2));
    state.put("affine3/W", Tensor.of(Shape.of(2, 2), .1, .3, .2, .4));
    state.put("affine3/b", Tensor.of(Shape.of(2), .1, .2));
    Model model = new ScratchProvider().create(threeLayers);
    model.restore(new ModelState(0, state));

    assertThat(model.predict(Tensor.of(Shape.of(1, 2), 1, .5)).data())
        .containsExactly(new double[] {.31682708, .69627909}, within(PRINTED));
  }

  @Test
  void lossOnImagesReadsThemAsRows() {
    NetworkSpec images =
        new NetworkSpec(
            Shape.of(3, 1, 1),
            List.of(Networks.activation("identity1", ActivationFunction.IDENTITY)),
            Networks.EXACT_CROSS_ENTROPY,
            0,
            new OptimizerSpec.Sgd(Networks.RATE));
    Recorder seen = new Recorder();
    Networks.restored(images).step(Networks.batch(images, 1, 2), Networks.masks(1), seen);

    assertThat(seen.get(Phase.FORWARD, "loss/out").shape()).isEqualTo(Shape.of(2, 3));
    assertThat(seen.get(Phase.BACKWARD, "identity1/out").shape()).isEqualTo(Shape.of(2, 3, 1, 1));
  }

  @Test
  void inputsOfAnotherShapeAreRefused() {
    Model model = Networks.restored(network);

    assertThatThrownBy(() -> model.predict(Tensor.zeros(Shape.of(2, 6))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("affine1/in: expected samples×5, found 2×6");
    assertThatThrownBy(() -> model.predict(Tensor.scalar(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("affine1/in: expected samples×5, found scalar");
  }

  @Test
  void anEmptyBatchIsRefused() {
    Model model = Networks.restored(network);
    Batch empty = new Batch(1, Tensor.zeros(Shape.of(0, 5)), Tensor.zeros(Shape.of(0, 3)));

    assertThatThrownBy(() -> model.step(empty, Networks.masks(1), Observer.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("affine1/in: expected at least one sample, found 0×5");
  }

  @Test
  void numbersThatAreNotFiniteAreRefusedWithTheirPlace() {
    Model model = Networks.restored(network);
    Batch batch = Networks.batch(network, 1, 4);
    batch.inputs().data()[7] = Double.NaN;

    assertThatThrownBy(() -> model.step(batch, Networks.masks(1), Observer.NONE))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("affine1/in: expected finite numbers, found NaN at [1, 2] of 4×5");
  }

  @Test
  void targetsThatAreNotOneHotAreRefused() {
    Model model = Networks.restored(network);
    List<double[]> wrong = new ArrayList<>();
    wrong.add(new double[] {0, 0, 0});
    wrong.add(new double[] {1, 1, 0});
    wrong.add(new double[] {.5, .5, 0});
    wrong.add(new double[] {1, -1, 1});
    wrong.add(new double[] {1, Double.NaN, 0});
    for (double[] row : wrong) {
      Batch batch = new Batch(1, Tensor.zeros(Shape.of(1, 5)), Tensor.of(Shape.of(1, 3), row));
      assertThatThrownBy(() -> model.step(batch, Networks.masks(1), Observer.NONE))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("loss/targets: expected one 1 and otherwise 0 in every row")
          .hasMessageContaining("in row 0 of 1×3");
    }
  }

  @Test
  void targetsOfAnotherShapeAreRefused() {
    Model model = Networks.restored(network);
    Batch batch = new Batch(1, Tensor.zeros(Shape.of(2, 5)), Tensor.zeros(Shape.of(2, 4)));

    assertThatThrownBy(() -> model.step(batch, Networks.masks(1), Observer.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("loss/targets: expected 2×3, found 2×4");
  }

  @Test
  void aStateThatDoesNotFitIsRefused() {
    Model model = new ScratchProvider().create(network);
    NetworkSpec sgd =
        Networks.dense(new OptimizerSpec.Sgd(Networks.RATE), Networks.EXACT_CROSS_ENTROPY, 0);

    assertThatThrownBy(() -> model.restore(WeightInitialization.initialState(sgd, new Random(1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("affine1/W/m");
  }

  @Test
  void withoutAStateThereIsNoStep() {
    Model model = new ScratchProvider().create(network);

    assertThatThrownBy(() -> model.predict(Tensor.zeros(Shape.of(1, 5))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("restore a state");
  }

  @Test
  void initialValuesOfOwnDrawsHaveTheNamedSpread() {
    Shape shape = Shape.of(400, 100);
    assertThat(spread(new InitialValues.Normal(0.01), shape)).isCloseTo(0.01, within(2e-4));
    assertThat(spread(new InitialValues.Xavier(), shape)).isCloseTo(0.05, within(1e-3));
    assertThat(spread(new InitialValues.He(), shape))
        .isCloseTo(Math.sqrt(2) * 0.05, within(1.5e-3));
    // U(±a) has the deviation a/√3, a = √(6/500).
    assertThat(spread(new InitialValues.GlorotUniform(), shape))
        .isCloseTo(Math.sqrt(6.0 / 500 / 3), within(1.5e-3));
  }

  private static double spread(InitialValues initial, Shape shape) {
    Tensor drawn = WeightInitialization.draw(initial, shape, 400, 100, new Random(5));
    double squares = 0;
    for (double value : drawn.data()) {
      squares += value * value;
    }
    return Math.sqrt(squares / drawn.size());
  }
}
