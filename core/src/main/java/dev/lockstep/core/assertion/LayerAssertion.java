package dev.lockstep.core.assertion;

import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.Lockstep;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.rounding.RoundedUp;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Holds a user's own layer against a layer of a reference, forward and backward, and its backward
 * pass against central differences of its own forward pass. The layer stands between two others of
 * the reference, so that its input has either sign and its output's gradient is that of a real
 * loss.
 */
public final class LayerAssertion {

  private static final String BEFORE = "input";
  private static final String BEHIND = "output";
  private static final int SAMPLES = 5;

  /** More than one: what a layer keeps from the step before shows in the next. */
  private static final long STEPS = 3;

  private static final int CLASSES = 3;
  private static final long SEED = 1;

  private final UserLayer mine;
  private @Nullable ModelProvider reference;
  private @Nullable LayerSpec layer;
  private @Nullable Shape input;
  private int samples = SAMPLES;

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

  /** The number of samples in a batch, {@value #SAMPLES} if nothing is said. */
  public LayerAssertion samples(int number) {
    samples = number;
    return this;
  }

  /**
   * Compares output, gradient of the input (under the path {@code input/out}) and gradients of the
   * parameters.
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
    NetworkSpec network = network(layer, input);
    requireParameters(network, layer.name());
    LayerInPlace candidate = new LayerInPlace(reference, mine, layer.name(), BEFORE);
    Outcome outcome = compare(network, reference, candidate, layer.name());
    FirstDivergence first = outcome.firstDivergence();
    Verdicts.requireAgreement(
        outcome, first == null ? null : witnessed(first, candidate, layer.name()));
    new LayerGradients(mine, candidate.lastGiven()).requireThoseOfForward();
  }

  private FirstDivergence witnessed(FirstDivergence first, LayerInPlace candidate, String name) {
    return first.phase() != Phase.BACKWARD || !Double.isFinite(first.error())
        ? first
        : first.withThirdWitness(
            new LayerGradients(mine, candidate.lastGiven())
                .examine(first, parameter(first.tensor(), name)));
  }

  /** Returns the name of a parameter, null for the layer's input. */
  private static @Nullable String parameter(String tensor, String name) {
    return tensor.startsWith(name + "/") ? tensor.substring(name.length() + 1) : null;
  }

  private Outcome compare(
      NetworkSpec network, ModelProvider other, LayerInPlace candidate, String name) {
    Split images = RandomImages.of(network.input(), CLASSES, 4 * samples, new Random(SEED));
    TrainingSpec training =
        new TrainingSpec(
            samples, TrainingSpec.Order.SHUFFLED, new TrainingSpec.Length.Steps(STEPS));
    Selection ofTheLayer =
        new Selection(
            Pattern.compile("^(%s/out$|%s/)".formatted(BEFORE, Pattern.quote(name))),
            null,
            Set.of(Phase.FORWARD, Phase.BACKWARD));
    return new Lockstep(
            network,
            new TrainingPlan(network, training, images, SEED),
            images,
            images,
            new LockstepOptions(new Cadence(1), ofTheLayer, false, true, null, false),
            LockstepListener.NONE)
        .run(new Lockstep.Sides(other, candidate, new RoundedUp(other)));
  }

  private static NetworkSpec network(LayerSpec layer, Shape input) {
    return new NetworkSpec(
        input,
        List.of(
            before(input), layer, new LayerSpec.Affine(BEHIND, CLASSES, new InitialValues.He())),
        new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, 0),
        0,
        new OptimizerSpec.Sgd(LearningRate.constant(0.1)));
  }

  /** Returns a layer that makes numbers of either sign of pixels and keeps their shape. */
  private static LayerSpec before(Shape input) {
    return switch (input.rank()) {
      case 1 -> new LayerSpec.Affine(BEFORE, input.size(), new InitialValues.He());
      case 3 ->
          new LayerSpec.Convolution(BEFORE, input.length(0), 3, 3, 1, 1, new InitialValues.He());
      default ->
          throw new IllegalArgumentException(
              "on: expected a number of features, or channels × height × width, found " + input);
    };
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
