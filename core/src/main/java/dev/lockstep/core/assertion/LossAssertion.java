package dev.lockstep.core.assertion;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.function.ToDoubleBiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Holds a user's own loss against that of a reference: its value and its gradient with respect to
 * the last layer's output, averaged over the batch, on batches of several sizes.
 */
public final class LossAssertion {

  private static final int CLASSES = 4;
  private static final List<Integer> SIZES = List.of(5, 3, 8, 1);

  private static final String SCORES = "scores";

  private final ToDoubleBiFunction<Tensor, Tensor> value;
  private final BinaryOperator<Tensor> gradient;
  private @Nullable ModelProvider reference;
  private @Nullable LossSpec loss;

  LossAssertion(ToDoubleBiFunction<Tensor, Tensor> value, BinaryOperator<Tensor> gradient) {
    this.value = value;
    this.gradient = gradient;
  }

  /** The implementation that is taken for right. */
  public LossAssertion against(ModelProvider other) {
    reference = other;
    return this;
  }

  /** What the loss is meant to be. */
  public LossAssertion as(LossSpec meant) {
    loss = meant;
    return this;
  }

  /**
   * Compares value and gradient.
   *
   * @throws AssertionError if one differs by more than rounding explains
   * @throws IllegalStateException if {@link #against} or {@link #as} is missing
   */
  public void agrees() {
    if (reference == null || loss == null) {
      throw new IllegalStateException(
          "expected assertThatLoss(value, gradient).against(reference).as(loss).agrees(), found no "
              + (reference == null ? "against(reference)" : "as(loss)"));
    }
    NetworkSpec network =
        new NetworkSpec(
            Shape.of(CLASSES),
            List.of(new LayerSpec.Activation(SCORES, ActivationFunction.IDENTITY)),
            loss,
            0,
            new OptimizerSpec.Sgd(LearningRate.constant(0.1)));
    try (Trials trials = new Trials(network, reference, "your loss")) {
      for (TrialNumbers kind : TrialNumbers.values()) {
        for (int samples : SIZES) {
          trials.take(
              trials.drawnState(),
              kind.tensor(Shape.of(samples, CLASSES), trials.random()),
              (shown, batch, before) -> answers(shown, batch));
        }
      }
      trials.requireAgreement(UnaryOperator.identity());
    }
  }

  private Map<TensorKey, Tensor> answers(Recording shown, Batch batch) {
    Tensor scores =
        Objects.requireNonNull(shown.tensor(new TensorKey(Phase.FORWARD, SCORES + "/out")));
    Tensor own = gradient.apply(scores.copy(), batch.targets().copy());
    return Map.of(
        new TensorKey(Phase.LOSS, NetworkSpec.LOSS),
        Tensor.scalar(value.applyAsDouble(scores.copy(), batch.targets().copy())),
        new TensorKey(Phase.BACKWARD, SCORES + "/out"),
        Objects.requireNonNull(own, "the gradient is null").copy());
  }
}
