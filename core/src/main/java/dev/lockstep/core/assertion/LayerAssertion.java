package dev.lockstep.core.assertion;

import dev.lockstep.core.assertion.UserLayer.Answer;
import dev.lockstep.core.assertion.UserLayer.Given;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Holds a user's own layer against a layer of a reference, forward and backward, and its backward
 * pass against central differences of its own forward pass. The layer stands before another of the
 * reference, so that its output's gradient is that of a real loss.
 */
public final class LayerAssertion {

  private static final String BEFORE = "input";
  private static final String DOWNSTREAM = "output";

  /** What a layer keeps from a batch shows in the next, of another size. */
  private static final List<Integer> SIZES = List.of(5, 3, 8, 2);

  private static final int CLASSES = 3;

  private static final TensorKey INPUT = new TensorKey(Phase.FORWARD, BEFORE + "/out");
  private static final TensorKey INPUT_GRADIENT = new TensorKey(Phase.BACKWARD, BEFORE + "/out");

  private final UserLayer mine;
  private @Nullable ModelProvider reference;
  private @Nullable LayerSpec layer;
  private @Nullable Shape input;
  private List<Integer> sizes = SIZES;

  LayerAssertion(UnaryOperator<Tensor> forward, UnaryOperator<Tensor> backward) {
    this.mine = new UserLayer(forward, backward);
  }

  /**
   * Adds a parameter of the layer.
   *
   * @param name such as {@code W}, as in the reference
   * @param value takes over the value that the layer is to compute with
   * @param gradient of the loss with respect to it, after a backward pass
   */
  public LayerAssertion withParameter(
      String name, Consumer<Tensor> value, Supplier<Tensor> gradient) {
    mine.add(new UserLayer.Parameter(name, value, gradient));
    return this;
  }

  /** The implementation that is taken for right; it computes in double. */
  public LayerAssertion against(ModelProvider other) {
    reference = other;
    return this;
  }

  /** What the layer is meant to be. */
  public LayerAssertion as(LayerSpec meant) {
    layer = meant;
    return this;
  }

  /**
   * The shape of one sample of the layer's input: a number of features, or channels × height ×
   * width.
   */
  public LayerAssertion on(Shape sample) {
    input = sample;
    return this;
  }

  /** The number of samples in every batch, for a layer that takes no other. */
  public LayerAssertion samples(int number) {
    sizes = List.of(number, number, number);
    return this;
  }

  /**
   * The layer is a dropout: before each forward pass it is given what to keep, 1, and to drop, 0,
   * in the shape of its input.
   */
  public LayerAssertion withMask(Consumer<Tensor> mask) {
    mine.takeMask(mask);
    return this;
  }

  /**
   * Compares output, gradient of the input (under the path {@code input/out}) and gradients of the
   * parameters: on batches of several sizes, of numbers of either sign, with ties, zeros, large and
   * small ones.
   *
   * @throws AssertionError if they differ by more than rounding explains, telling where, by how
   *     much and, where it is known, why; or if the backward pass is not that of the forward pass
   * @throws IllegalStateException if {@link #against}, {@link #as}, {@link #on} or a parameter is
   *     missing
   */
  public void agrees() {
    if (reference == null || layer == null || input == null) {
      throw new IllegalStateException(
          "expected assertThatLayer(forward, backward).against(reference).as(layer).on(shape)"
              + ".agrees(), found no "
              + (reference == null
                  ? "against(reference)"
                  : layer == null ? "as(layer)" : "on(shape)"));
    }
    LayerSpec meant = layer;
    NetworkSpec network = network(meant, input);
    requireParameters(network, meant.name());
    List<Given> given = new ArrayList<>();
    try (Trials trials = new Trials(network, reference, "your layer")) {
      for (TrialNumbers kind : TrialNumbers.values()) {
        for (int size : sizes) {
          Tensor numbers = kind.tensor(input.batchOf(size), trials.random());
          trials.take(
              trials.drawnState(),
              numbers,
              (shown, batch, before) -> {
                Given now = given(shown, before, batch.step(), meant);
                given.add(now);
                return answers(mine.answer(now), meant.name());
              });
        }
      }
      trials.requireAgreement(
          first -> checked(first, given.get(Math.toIntExact(first.step()) - 1), meant.name()));
    }
    for (int i = 0; i < sizes.size(); i++) {
      new LayerGradients(mine, given.get(i)).requireThoseOfForward();
    }
  }

  private Given given(Recording shown, ModelState before, long step, LayerSpec meant) {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    for (String parameter : mine.parameterNames()) {
      parameters.put(parameter, before.tensor(meant.name() + "/" + parameter));
    }
    Tensor x = Objects.requireNonNull(shown.tensor(INPUT)).copy();
    double ratio = meant instanceof LayerSpec.Dropout dropout ? dropout.ratio() : 0;
    return new Given(
        x,
        parameters,
        Trials.masks(Math.toIntExact(step)).mask(meant.name(), ratio, x.shape()),
        Objects.requireNonNull(shown.tensor(new TensorKey(Phase.BACKWARD, meant.name() + "/out")))
            .copy());
  }

  private static Map<TensorKey, Tensor> answers(Answer answer, String name) {
    Map<TensorKey, Tensor> answers = new LinkedHashMap<>();
    answers.put(new TensorKey(Phase.FORWARD, name + "/out"), answer.output());
    answers.put(INPUT_GRADIENT, answer.inputGradient());
    answer
        .gradients()
        .forEach(
            (parameter, gradient) ->
                answers.put(new TensorKey(Phase.BACKWARD, name + "/" + parameter), gradient));
    return answers;
  }

  private FirstDivergence checked(FirstDivergence first, Given given, String name) {
    return first.phase() != Phase.BACKWARD || !Double.isFinite(first.error())
        ? first
        : first.with(
            new LayerGradients(mine, given).examine(first, parameter(first.tensor(), name)));
  }

  /** Returns the name of a parameter, null for the layer's input. */
  private static @Nullable String parameter(String tensor, String name) {
    return tensor.startsWith(name + "/") ? tensor.substring(name.length() + 1) : null;
  }

  /** The layer reads its input from one that changes nothing, and so its gradient can be seen. */
  private static NetworkSpec network(LayerSpec layer, Shape input) {
    return new NetworkSpec(
        input,
        List.of(
            new LayerSpec.Activation(BEFORE, ActivationFunction.IDENTITY),
            layer,
            new LayerSpec.Affine(DOWNSTREAM, CLASSES, new InitialValues.He())),
        new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, 0),
        0,
        new OptimizerSpec.Sgd(LearningRate.constant(0.1)));
  }

  private void requireParameters(NetworkSpec network, String name) {
    List<String> expected =
        network.parameters().stream()
            .map(ParameterSpec::path)
            .filter(path -> path.startsWith(name + "/"))
            .map(path -> path.substring(name.length() + 1))
            .toList();
    List<String> found = mine.parameterNames();
    if (!Set.copyOf(expected).equals(Set.copyOf(found))) {
      throw new IllegalStateException(
          "%s has the parameters %s, found %s; name each with withParameter(name, setter, gradient)"
              .formatted(name, expected, found));
    }
  }
}
