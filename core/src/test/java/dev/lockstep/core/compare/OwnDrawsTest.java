package dev.lockstep.core.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.tiny.Summation;
import dev.lockstep.core.tiny.TinyModel;
import dev.lockstep.core.tiny.TinyRun;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnDrawsTest {

  private static final int STEPS = 200;

  private static final Split IMAGES = TinyRun.images(TinyRun.SAMPLES, 1);

  private static TrainingPlan plan(long seed) {
    return new TrainingPlan(
        TinyRun.NETWORK,
        new TrainingSpec(
            TinyRun.BATCH, TrainingSpec.Order.SHUFFLED, new TrainingSpec.Length.Steps(STEPS)),
        IMAGES,
        seed);
  }

  /** Draws its own start, as a framework does. */
  private static ModelProvider starting(long seed) {
    ModelProvider tiny = TinyModel.summing(Summation.FORWARD);
    return new ModelProvider() {
      @Override
      public String name() {
        return "own";
      }

      @Override
      public Model create(NetworkSpec network) {
        Model model = tiny.create(network);
        model.restore(plan(seed).initialState());
        return model;
      }
    };
  }

  private static Outcome run(long seed) {
    return new OwnDraws(TinyRun.NETWORK, plan(1), plan(seed), IMAGES, IMAGES, LockstepListener.NONE)
        .run(TinyModel.summing(Summation.FORWARD), starting(seed));
  }

  @Test
  void bothSidesLearnAndNothingIsSaidToAgree() {
    Outcome outcome = run(2);
    assertThat(outcome.verdict()).isEqualTo(Verdict.NOTHING_COMPARED);
    assertThat(outcome.coverage().compared()).isZero();
    List<Curves.LossPoint> losses = outcome.curves().loss();
    assertThat(losses.get(losses.size() - 1).reference())
        .isLessThan(0.7 * losses.get(0).reference());
    assertThat(losses.get(losses.size() - 1).candidate())
        .isLessThan(0.7 * losses.get(0).candidate());
    assertThat(outcome.implementations())
        .allSatisfy(side -> assertThat(side.testAccuracy()).isGreaterThanOrEqualTo(0.6));
  }

  @Test
  void candidateFollowsItsOwnDraws() {
    assertThat(run(2).candidateState()).isNotEqualTo(run(2).referenceState());
    assertThat(run(2).referenceState()).isEqualTo(run(3).referenceState());
    assertThat(run(2).candidateState()).isNotEqualTo(run(3).candidateState());
  }

  @Test
  void withTheSameDrawsBothAreTheSame() {
    assertThat(run(1).candidateState()).isEqualTo(run(1).referenceState());
  }
}
