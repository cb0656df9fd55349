package dev.lockstep.scratch.book.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
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
import dev.lockstep.scratch.ScratchProvider;
import dev.lockstep.scratch.WeightInitialization;
import dev.lockstep.scratch.book.neuralnetwork.Activations;
import dev.lockstep.scratch.book.neuralnetwork.Matrices;
import dev.lockstep.scratch.layers.Pass;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The plain definition of the numerical gradient is the oracle, and backpropagation the second. */
class NumericalGradientModelTest {

  /** Of a tensor's largest entry: both sides round losses near 2 and divide by 2e-4. */
  private static final double OF_LARGEST = 1e-6;

  private static final Masks NO_MASKS = Pass.PREDICTION.masks();

  private static List<ActivationFunction> functions() {
    return List.of(
        ActivationFunction.SIGMOID,
        ActivationFunction.RELU,
        ActivationFunction.TANH,
        ActivationFunction.IDENTITY);
  }

  private static NetworkSpec network(
      int inputs, int hidden, int classes, double deviation, ActivationFunction function) {
    return network(
        List.of(
            new LayerSpec.Affine("affine1", hidden, new InitialValues.Normal(deviation)),
            new LayerSpec.Activation(function.id() + "1", function),
            new LayerSpec.Affine("affine2", classes, new InitialValues.Normal(deviation))),
        inputs,
        0,
        LossSpec.Type.SOFTMAX_CROSS_ENTROPY);
  }

  private static NetworkSpec network(
      List<LayerSpec> layers, int inputs, double weightDecay, LossSpec.Type loss) {
    return new NetworkSpec(
        Shape.of(inputs),
        layers,
        new LossSpec(loss, LossSpec.BOOK_STABILIZER),
        weightDecay,
        new OptimizerSpec.Momentum(LearningRate.constant(0.1), 0.9));
  }

  /** Images like digits: mostly black, few shades; the first pixel is black in all of them. */
  private static Batch batch(int samples, int inputs, int classes) {
    Random random = new Random(5);
    Tensor x = Tensor.zeros(Shape.of(samples, inputs));
    Tensor t = Tensor.zeros(Shape.of(samples, classes));
    for (int i = 0; i < samples; i++) {
      for (int d = 1; d < inputs; d++) {
        x.data()[i * inputs + d] = random.nextInt(10) < 7 ? 0 : random.nextInt(1, 256) / 255.0;
      }
      t.data()[i * classes + random.nextInt(classes)] = 1;
    }
    return new Batch(1, x, t);
  }

  private static ModelState start(NetworkSpec network) {
    return WeightInitialization.initialState(network, new Random(1));
  }

  /** What a model reports, by phase and path, in order. */
  private static Map<String, Tensor> observe(Model model, ModelState start, Batch batch) {
    Map<String, Tensor> observed = new LinkedHashMap<>();
    model.restore(start);
    model.step(
        batch,
        NO_MASKS,
        new Observer() {
          @Override
          public boolean watches() {
            return true;
          }

          @Override
          public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
            observed.put(phase.id() + " " + path, tensor.get().copy());
          }
        });
    return observed;
  }

  private static Map<String, Tensor> observe(NetworkSpec network, Batch batch) {
    return observe(new NumericalGradientModel(network), start(network), batch);
  }

  private static Tensor gradient(Map<String, Tensor> observed, String path) {
    return Objects.requireNonNull(observed.get("backward " + path), path);
  }

  /** The loss as chapters 3 and 4 write it. */
  private static double loss(
      Map<String, Tensor> parameters, Batch batch, ActivationFunction function) {
    Tensor a1 =
        Matrices.affine(
            batch.inputs(),
            Objects.requireNonNull(parameters.get("affine1/W")),
            Objects.requireNonNull(parameters.get("affine1/b")));
    Tensor a2 =
        Matrices.affine(
            Activations.apply(Activations.of(function), a1),
            Objects.requireNonNull(parameters.get("affine2/W")),
            Objects.requireNonNull(parameters.get("affine2/b")));
    return Losses.crossEntropy(Activations.softmax(a2), batch.targets(), LossSpec.BOOK_STABILIZER);
  }

  private static Map<String, Tensor> parameters(ModelState state) {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    for (String path : List.of("affine1/W", "affine1/b", "affine2/W", "affine2/b")) {
      parameters.put(path, state.tensor(path).copy());
    }
    return parameters;
  }

  @ParameterizedTest
  @MethodSource("functions")
  void givesTheGradientsOfThePlainDefinition(ActivationFunction function) {
    NetworkSpec network = network(20, 6, 4, 0.7, function);
    Batch batch = batch(7, 20, 4);
    Map<String, Tensor> parameters = parameters(start(network));

    Map<String, Tensor> observed = observe(network, batch);

    Map<String, Tensor> plain =
        NumericalGradient.gradients(() -> loss(parameters, batch, function), parameters);
    plain.forEach(
        (path, expected) -> {
          double[] actual = gradient(observed, path).data();
          assertThat(actual)
              .as(path)
              .containsExactly(expected.data(), within(OF_LARGEST * expected.largestMagnitude()));
          for (int i = 0; i < actual.length; i++) {
            if (expected.data()[i] == 0 && !function.equals(ActivationFunction.RELU)) {
              assertThat(actual[i]).as("%s %d", path, i).isZero();
            }
          }
        });
  }

  /** 784-50-10 as in the book, at fifty elements: the plain definition is slow. */
  @Test
  void givesThemAtTheSizeOfTheBook() {
    NetworkSpec network = network(784, 50, 10, 0.01, ActivationFunction.SIGMOID);
    Batch batch = batch(100, 784, 10);
    Map<String, Tensor> parameters = parameters(start(network));

    Map<String, Tensor> observed = observe(network, batch);

    Random random = new Random(2);
    for (int i = 0; i < 50; i++) {
      String path = List.copyOf(parameters.keySet()).get(i % 4);
      Tensor parameter = Objects.requireNonNull(parameters.get(path));
      int position = random.nextInt(parameter.size());
      double plain =
          NumericalGradient.partialDerivative(
              moved -> loss(parameters, batch, ActivationFunction.SIGMOID), parameter, position);
      Tensor actual = gradient(observed, path);
      assertThat(actual.data()[position])
          .as("%s %d", path, position)
          .isCloseTo(plain, within(OF_LARGEST * actual.largestMagnitude()));
    }
  }

  @Test
  void theExponentialNextToZeroIsTheExponential() {
    for (double u : new double[] {0, 1e-12, -3e-8, 1e-5, -2e-4, 9.99e-4, -9.99e-4, 1e-3, -0.5, 3}) {
      double expected = Math.exp(u);
      assertThat(TwoLayerNumericalGradient.exp(u))
          .as("exp(%s)", u)
          .isCloseTo(expected, within(Math.ulp(expected)));
    }
    assertThat(TwoLayerNumericalGradient.exp(Double.NaN)).isNaN();
  }

  @Test
  void exactZerosStayExactZeros() {
    NetworkSpec network = network(20, 6, 4, 0.7, ActivationFunction.RELU);
    ModelState start = start(network);
    // A bias that no input reaches up from: the unit is off for every sample.
    start.tensor("affine1/b").data()[2] = -100;

    Map<String, Tensor> observed =
        observe(new NumericalGradientModel(network), start, batch(7, 20, 4));

    Tensor dw1 = gradient(observed, "affine1/W");
    Tensor dw2 = gradient(observed, "affine2/W");
    for (int unit = 0; unit < 6; unit++) {
      assertThat(dw1.data()[unit]).as("black pixel").isZero();
    }
    for (int pixel = 0; pixel < 20; pixel++) {
      assertThat(dw1.data()[pixel * 6 + 2]).as("unit that is off").isZero();
    }
    assertThat(gradient(observed, "affine1/b").data()[2]).isZero();
    for (int k = 0; k < 4; k++) {
      assertThat(dw2.data()[2 * 4 + k]).isZero();
    }
    assertThat(dw1.largestMagnitude()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void doesNotDependOnTheNumberOfThreads(int threads) {
    NetworkSpec network = network(50, 13, 4, 0.3, ActivationFunction.SIGMOID);
    Batch batch = batch(9, 50, 4);
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      assertThat(pool.submit(() -> observe(network, batch)).join())
          .isEqualTo(observe(network, batch));
    } finally {
      pool.shutdown();
    }
  }

  /**
   * The same tensors in the same order as backpropagation reports, and the same numbers but for the
   * constant inside the logarithm, which takes 1e-7/y off: 2e-5 at y above .005.
   */
  @Test
  void reportsWhatBackpropagationReports() {
    NetworkSpec network = network(20, 6, 4, 0.5, ActivationFunction.SIGMOID);
    Batch batch = batch(7, 20, 4);

    Map<String, Tensor> numerical = observe(network, batch);
    Map<String, Tensor> backpropagated =
        observe(new ScratchProvider().create(network), start(network), batch);

    assertThat(numerical.keySet()).containsExactlyElementsOf(backpropagated.keySet());
    backpropagated.forEach(
        (key, expected) ->
            assertThat(Objects.requireNonNull(numerical.get(key)).data())
                .as(key)
                .containsExactly(expected.data(), within(2e-5 * expected.largestMagnitude())));
  }

  @Test
  void trainsPredictsAndGoesOnAsThePlainDefinitionDoes() {
    NetworkSpec network = network(20, 6, 4, 0.5, ActivationFunction.SIGMOID);
    Batch batch = batch(7, 20, 4);
    Map<String, Tensor> parameters = parameters(start(network));
    Model model = new NumericalGradientProvider().create(network);
    model.restore(start(network));

    double first = model.step(batch, NO_MASKS, Observer.NONE);
    ModelState between = model.state();
    double second = model.step(batch, NO_MASKS, Observer.NONE);

    double expected = loss(parameters, batch, ActivationFunction.SIGMOID);
    assertThat(first).isCloseTo(expected, within(1e-14));
    // Momentum's first step is plain descent.
    Map<String, Tensor> gradients =
        NumericalGradient.gradients(
            () -> loss(parameters, batch, ActivationFunction.SIGMOID), parameters);
    parameters.forEach(
        (path, value) -> {
          for (int i = 0; i < value.size(); i++) {
            value.data()[i] -= 0.1 * Objects.requireNonNull(gradients.get(path)).data()[i];
          }
          assertThat(between.tensor(path).data())
              .as(path)
              .containsExactly(value.data(), within(1e-10));
        });
    assertThat(second)
        .isCloseTo(loss(parameters, batch, ActivationFunction.SIGMOID), within(1e-10))
        .isLessThan(first);

    Model other = new NumericalGradientModel(network);
    other.restore(between);
    assertThat(other.step(batch, NO_MASKS, Observer.NONE)).isEqualTo(second);
    assertThat(other.state()).isEqualTo(model.state());
    assertThat(other.state().step()).isEqualTo(2);
    assertThat(other.predict(batch.inputs()))
        .isEqualTo(model.predict(batch.inputs()))
        .satisfies(y -> assertThat(y.shape()).isEqualTo(Shape.of(7, 4)));
  }

  @Test
  void refusesNetworksItIsNotMadeFor() {
    LayerSpec affine1 = new LayerSpec.Affine("affine1", 3, new InitialValues.He());
    LayerSpec affine2 = new LayerSpec.Affine("affine2", 3, new InitialValues.He());
    LayerSpec relu = new LayerSpec.Activation("relu1", ActivationFunction.RELU);
    LossSpec.Type crossEntropy = LossSpec.Type.SOFTMAX_CROSS_ENTROPY;
    List<NetworkSpec> others = new ArrayList<>();
    others.add(network(List.of(affine1), 4, 0, crossEntropy));
    others.add(network(List.of(affine1, affine2, relu), 4, 0, crossEntropy));
    others.add(network(List.of(affine1, relu, affine2), 4, 0.1, crossEntropy));
    others.add(network(List.of(affine1, relu, affine2), 4, 0, LossSpec.Type.SUM_OF_SQUARES));

    for (NetworkSpec other : others) {
      assertThatExceptionOfType(UsageException.class)
          .isThrownBy(() -> new NumericalGradientProvider().create(other))
          .withMessageContaining("affine, activation, affine");
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    NetworkSpec network = network(20, 6, 4, 0.5, ActivationFunction.SIGMOID);
    Model model = new NumericalGradientModel(network);
    Batch batch = batch(7, 20, 4);
    assertThatIllegalStateException()
        .isThrownBy(() -> model.step(batch, NO_MASKS, Observer.NONE))
        .withMessageContaining("restore a state");

    model.restore(start(network));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.predict(Tensor.zeros(Shape.of(1, 21))))
        .withMessage("affine1/in: expected samples×20, found 1×21");
    Tensor poisoned = batch.inputs().copy();
    poisoned.data()[3] = Double.NaN;
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () -> model.step(new Batch(1, poisoned, batch.targets()), NO_MASKS, Observer.NONE))
        .withMessageContaining("affine1/in: expected finite numbers, found NaN at [0, 3]");
  }
}
