package dev.lockstep.core.diagnosis.differences;

import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.result.FiniteDifferenceCheck;
import dev.lockstep.core.result.FiniteDifferenceCheck.Judgement;
import dev.lockstep.core.result.FiniteDifferenceCheck.SideSlope;
import dev.lockstep.core.tensor.Tensor;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Decides which of two gradients is wrong: each side's own loss is measured with one element of a
 * parameter moved a little, same batch and masks, and its stabilizing constant set to 0, which no
 * backward pass knows of.
 */
public final class FiniteDifferences {

  /** Of the elements that differ the most; one of them may lie at a kink. */
  private static final int ELEMENTS_ASKED = 5;

  private static final TensorKey LOSS = new TensorKey(Phase.LOSS, NetworkSpec.LOSS);

  private final Scene scene;
  private final String parameter;
  private final Tensor reference;
  private final Tensor candidate;

  /**
   * @param parameter path of a parameter whose gradients differ
   * @param reference its gradient as the reference computed it
   * @param candidate its gradient as the candidate computed it
   */
  public FiniteDifferences(Scene scene, String parameter, Tensor reference, Tensor candidate) {
    this.scene = scene;
    this.parameter = parameter;
    this.reference = reference;
    this.candidate = candidate;
  }

  /**
   * Asks both sides about the elements that differ the most, until one decides.
   *
   * @param candidateSide null if it cannot be asked
   * @param silence why it cannot; empty if it can
   */
  public FiniteDifferenceCheck examine(@Nullable ModelProvider candidateSide, String silence) {
    List<Integer> asked =
        IntStream.range(0, reference.size())
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -difference(i)))
            .limit(ELEMENTS_ASKED)
            .toList();
    try (Side own = new Side(scene.reference());
        Side other = candidateSide == null ? null : new Side(candidateSide)) {
      FiniteDifferenceCheck first = null;
      for (int position : asked) {
        FiniteDifferenceCheck check = check(position, own, other, silence);
        if (check.judgement() != Judgement.UNDECIDED) {
          return check;
        }
        first = first == null ? check : first;
      }
      return Objects.requireNonNull(first, "a tensor that differs has elements");
    }
  }

  private double difference(int position) {
    return Math.abs(reference.data()[position] - candidate.data()[position]);
  }

  private FiniteDifferenceCheck check(
      int position, Side own, @Nullable Side other, String silence) {
    return FiniteDifferenceCheck.of(
        parameter,
        IntStream.of(reference.shape().indexOf(position)).boxed().toList(),
        difference(position),
        own.slope(position, reference),
        other == null ? null : other.slope(position, candidate),
        silence);
  }

  /** One implementation, always started from the state before the step. */
  private final class Side implements AutoCloseable {
    private final Model model;

    Side(ModelProvider provider) {
      NetworkSpec network = scene.network();
      this.model = provider.create(network.withLoss(network.loss().withStabilizer(0)));
    }

    SideSlope slope(int position, Tensor gradient) {
      double at = scene.before().tensor(parameter).data()[position];
      CentralDifferences.Slope slope =
          CentralDifferences.of(value -> lossWith(position, value), at);
      return new SideSlope(gradient.data()[position], slope.value(), slope.uncertainty());
    }

    private double lossWith(int position, double value) {
      ModelState moved = scene.before().copy();
      moved.tensor(parameter).data()[position] = value;
      model.restore(moved);
      Recording recording = new Recording(Set.of(LOSS));
      model.step(scene.batch(), scene.masks(), recording);
      Tensor loss = recording.tensor(LOSS);
      return loss == null ? Double.NaN : loss.data()[0];
    }

    @Override
    public void close() {
      model.close();
    }
  }
}
