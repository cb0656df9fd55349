package dev.lockstep.experiments.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.Lockstep;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.digits.SyntheticDigits;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.Attribution;
import dev.lockstep.core.rounding.RoundedUp;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.ledger.Conventions;
import dev.lockstep.dl4j.model.Dl4jProvider;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.cli.WrongProviders;
import dev.lockstep.scratch.ScratchProvider;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An explanation of the first steps is none of a run in which something else is wrong. */
class StockExplanationTest {

  private static final NetworkSpec NETWORK =
      new NetworkSpec(
          Shape.of(784),
          List.of(new LayerSpec.Affine("affine1", 10, new InitialValues.Xavier())),
          new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER),
          0,
          new OptimizerSpec.Momentum(LearningRate.constant(0.01), 0.9));

  private static final ModelProvider SCRATCH = new ScratchProvider();
  private final Dataset digits = SyntheticDigits.dataset(1, 50, 10);
  private final TrainingPlan plan =
      new TrainingPlan(
          NETWORK,
          new TrainingSpec(10, TrainingSpec.Order.SHUFFLED, new TrainingSpec.Length.Steps(3)),
          digits.train(),
          1);
  private final Set<Convention> leftInTheWholeRun = new HashSet<>();

  private Outcome run(ModelProvider candidate) {
    return new Lockstep(
            NETWORK,
            plan,
            digits.train(),
            digits.test(),
            new LockstepOptions(new Cadence(1), Selection.ALL, false, false, null, false),
            LockstepListener.NONE)
        .run(new Lockstep.Sides(SCRATCH, candidate, new RoundedUp(SCRATCH)));
  }

  private Attribution attribution(ModelProvider candidate) {
    return new StockExplanation(
            NETWORK,
            Conventions.stock(),
            plan,
            left -> run(new Dl4jProvider(Precision.DOUBLE, left, 1)),
            left -> {
              leftInTheWholeRun.addAll(left);
              return run(candidate);
            })
        .attribution();
  }

  @Test
  void theWholeRunIsTriedWithTheExplanationInTheBooksWay() {
    Attribution attribution = attribution(SCRATCH);

    assertThat(attribution.explains()).isTrue();
    assertThat(attribution.explanation())
        .containsExactlyInAnyOrder("momentum-is-nesterov", "cross-entropy-clipping");
    Set<Convention> others = EnumSet.copyOf(Conventions.stock());
    others.removeAll(Set.of(Convention.MOMENTUM_IS_NESTEROV, Convention.CROSS_ENTROPY_CLIPPING));
    assertThat(leftInTheWholeRun).isEqualTo(others);
  }

  @Test
  void whatIsLeftThereIsNotExplained() {
    Attribution attribution = attribution(new WrongProviders.WrongMomentum());

    assertThat(attribution.explains()).isFalse();
    assertThat(attribution.explanation()).isNotNull();
    assertThat(attribution.remainder()).contains("step 2", "velocity");
  }

  /** In float, say, the first steps on small batches may hide a convention under rounding. */
  @Test
  void whatShowsInTheWholeRunAloneIsAdded() {
    Attribution attribution =
        new StockExplanation(
                NETWORK,
                Conventions.stock(),
                plan,
                left -> {
                  Set<Convention> seen = new HashSet<>(left);
                  seen.remove(Convention.CROSS_ENTROPY_CLIPPING);
                  return run(new Dl4jProvider(Precision.DOUBLE, seen, 1));
                },
                left -> run(new Dl4jProvider(Precision.DOUBLE, left, 1)))
            .attribution();

    assertThat(attribution.explains()).isTrue();
    assertThat(attribution.explanation())
        .contains("momentum-is-nesterov", "cross-entropy-clipping");
  }
}
