package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.Lockstep;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.digits.SyntheticDigits;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.FiniteDifferenceCheck;
import dev.lockstep.core.result.FiniteDifferenceCheck.Judgement;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.rounding.RoundedToFloat;
import dev.lockstep.core.rounding.RoundedUp;
import dev.lockstep.dl4j.model.Dl4jProvider;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.catalogue.Catalogue;
import dev.lockstep.scratch.ScratchProvider;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Scratch and DL4J with batch normalization and dropout on, and a fault in either. */
class FiniteDifferencesOfBothSidesTest {

  private static final ModelProvider SCRATCH = new ScratchProvider();
  private static final ModelProvider WRONG = new WrongProviders.TransposedGradient();
  private static final ModelProvider DL4J = Dl4jProvider.aligned(Precision.DOUBLE);

  private static FiniteDifferenceCheck check(
      ModelProvider reference, ModelProvider candidate, boolean inFloat) {
    NetworkSpec network =
        Catalogue.find("mlp-batchnorm-dropout").experiments(Map.of()).get(0).network();
    Dataset digits = SyntheticDigits.dataset(1, 100, 20);
    TrainingSpec training =
        new TrainingSpec(
            CompareCommandTest.BATCH,
            TrainingSpec.Order.SHUFFLED,
            new TrainingSpec.Length.Steps(3));
    LockstepOptions options =
        new LockstepOptions(new Cadence(1), Selection.ALL, false, true, null, inFloat);
    FirstDivergence first =
        new Lockstep(
                network,
                new TrainingPlan(network, training, digits.train(), 1),
                digits.train(),
                digits.test(),
                options,
                LockstepListener.NONE)
            .run(
                new Lockstep.Sides(
                    reference,
                    candidate,
                    inFloat ? new RoundedToFloat(reference) : new RoundedUp(reference)))
            .firstDivergence();
    return Objects.requireNonNull(Objects.requireNonNull(first).finiteDifferenceCheck());
  }

  @Test
  void aFaultOfTheScratchSideIsPutDownToIt() {
    FiniteDifferenceCheck check = check(WRONG, DL4J, false);
    assertThat(check.judgement()).isEqualTo(Judgement.REFERENCE_WRONG);
    assertThat(check.tensor()).isEqualTo("affine2/W");
  }

  @Test
  void aFaultOfTheCandidateIsPutDownToIt() {
    assertThat(check(SCRATCH, WRONG, false).judgement()).isEqualTo(Judgement.CANDIDATE_WRONG);
    assertThat(check(DL4J, WRONG, false).judgement()).isEqualTo(Judgement.CANDIDATE_WRONG);
  }

  /** Its loss moves in steps of 1e-7: it is not asked, and the other side's word is not enough. */
  @Test
  void aCandidateInFloatIsNotJudged() {
    FiniteDifferenceCheck check = check(SCRATCH, WRONG, true);
    assertThat(check.judgement()).isEqualTo(Judgement.UNDECIDED);
    assertThat(check.reason()).contains("float");
    assertThat(check.candidate()).isNull();
    FiniteDifferenceCheck.SideSlope reference = Objects.requireNonNull(check.reference());
    assertThat(Math.abs(reference.gradient() - reference.slope()))
        .isLessThan(FiniteDifferenceCheck.MARGIN * reference.uncertainty());
  }

  @Test
  void theReferenceIsJudgedBesideACandidateInFloatToo() {
    assertThat(check(WRONG, Dl4jProvider.aligned(Precision.FLOAT), true).judgement())
        .isEqualTo(Judgement.REFERENCE_WRONG);
  }
}
