package dev.lockstep.core.assertion;

import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Holds a user's own optimizer against that of a reference: the same parameter and gradients, zeros
 * and large ones among them, {@value #STEPS} steps one after another. It is given the reference's
 * parameter in every step, so that it answers for each update by itself.
 */
public final class OptimizerAssertion {

  private static final int STEPS = 12;
  private static final int SAMPLES = 5;
  private static final int INPUTS = 6;
  private static final int UNITS = 3;

  private static final String PARAMETER = "affine1/W";

  private final BinaryOperator<Tensor> mine;
  private @Nullable ModelProvider reference;
  private @Nullable OptimizerSpec optimizer;

  OptimizerAssertion(BinaryOperator<Tensor> mine) {
    this.mine = mine;
  }

  /** The implementation that is taken for right. */
  public OptimizerAssertion against(ModelProvider other) {
    reference = other;
    return this;
  }

  /** What the optimizer is meant to be. */
  public OptimizerAssertion as(OptimizerSpec meant) {
    optimizer = meant;
    return this;
  }

  /**
   * Compares the parameter after each step.
   *
   * @throws AssertionError if it differs by more than rounding explains
   * @throws IllegalStateException if {@link #against} or {@link #as} is missing
   */
  public void agrees() {
    if (reference == null || optimizer == null) {
      throw new IllegalStateException(
          "expected assertThatOptimizer(update).against(reference).as(optimizer).agrees(), found no "
              + (reference == null ? "against(reference)" : "as(optimizer)"));
    }
    NetworkSpec network =
        new NetworkSpec(
            Shape.of(INPUTS),
            List.of(new LayerSpec.Affine("affine1", UNITS, new InitialValues.He())),
            new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, 0),
            0,
            optimizer);
    try (Trials trials = new Trials(network, reference, "your optimizer")) {
      ModelState state = start(network, trials);
      TrialNumbers[] kinds = TrialNumbers.values();
      for (int step = 0; step < STEPS; step++) {
        Tensor inputs =
            kinds[step % kinds.length].tensor(Shape.of(SAMPLES, INPUTS), trials.random());
        state = trials.take(state, inputs, (shown, batch, before) -> updated(shown, before));
      }
      trials.requireAgreement(UnaryOperator.identity());
    }
  }

  /** What an optimizer keeps starts at 0. */
  private static ModelState start(NetworkSpec network, Trials trials) {
    Map<String, Tensor> tensors = new LinkedHashMap<>(trials.drawnState().tensors());
    network
        .state()
        .forEach(
            (path, shape) -> {
              if (!network.trained().containsKey(path)) {
                tensors.put(path, Tensor.zeros(shape));
              }
            });
    return new ModelState(0, tensors);
  }

  private Map<TensorKey, Tensor> updated(Recording shown, ModelState before) {
    Tensor gradient =
        Objects.requireNonNull(shown.tensor(new TensorKey(Phase.BACKWARD, PARAMETER)));
    Tensor after = mine.apply(before.tensor(PARAMETER).copy(), gradient.copy());
    return Map.of(
        new TensorKey(Phase.UPDATE, PARAMETER),
        Objects.requireNonNull(after, "the update is null").copy());
  }
}
