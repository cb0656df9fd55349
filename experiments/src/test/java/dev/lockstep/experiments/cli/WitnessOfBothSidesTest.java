package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.Lockstep;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.SyntheticDigits;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.ThirdWitness;
import dev.lockstep.core.result.ThirdWitness.Judgement;
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
class WitnessOfBothSidesTest {

  private static final ModelProvider SCRATCH = new ScratchProvider();
  private static final ModelProvider WRONG = new WrongProviders.TransposedGradient();
  private static final ModelProvider DL4J = Dl4jProvider.aligned(Precision.DOUBLE);

  private static ThirdWitness witness(
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
    return Objects.requireNonNull(Objects.requireNonNull(first).thirdWitness());
  }

  @Test
  void aFaultOfTheScratchSideIsPutDownToIt() {
    ThirdWitness witness = witness(WRONG, DL4J, false);
    assertThat(witness.judgement()).isEqualTo(Judgement.REFERENCE_WRONG);
    assertThat(witness.tensor()).isEqualTo("affine2/W");
  }

  @Test
  void aFaultOfTheCandidateIsPutDownToIt() {
    assertThat(witness(SCRATCH, WRONG, false).judgement()).isEqualTo(Judgement.CANDIDATE_WRONG);
    assertThat(witness(DL4J, WRONG, false).judgement()).isEqualTo(Judgement.CANDIDATE_WRONG);
  }

  /** Its loss moves in steps of 1e-7: it is not asked, and the other side's word is not enough. */
  @Test
  void aCandidateInFloatIsNotJudged() {
    ThirdWitness witness = witness(SCRATCH, WRONG, true);
    assertThat(witness.judgement()).isEqualTo(Judgement.UNDECIDED);
    assertThat(witness.reason()).contains("float");
    assertThat(witness.candidate()).isNull();
    ThirdWitness.Testimony reference = Objects.requireNonNull(witness.reference());
    assertThat(Math.abs(reference.gradient() - reference.slope()))
        .isLessThan(ThirdWitness.MARGIN * reference.uncertainty());
  }

  @Test
  void theReferenceIsJudgedBesideACandidateInFloatToo() {
    assertThat(witness(WRONG, Dl4jProvider.aligned(Precision.FLOAT), true).judgement())
        .isEqualTo(Judgement.REFERENCE_WRONG);
  }
}
