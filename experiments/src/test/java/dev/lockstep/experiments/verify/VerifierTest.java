package dev.lockstep.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.experiments.cli.WrongProviders;
import dev.lockstep.experiments.work.Cores;
import dev.lockstep.scratch.ScratchProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Single rows of the table. */
class VerifierTest {

  private static VerifyResult verify(List<Pairing> pairings, String title) {
    return new Verifier(
            pairings, Predicate.isEqual(title), new Cores(2, Long.MAX_VALUE), next -> {})
        .run("verify");
  }

  private static VerifyResult verify(ModelProvider candidate, String title) {
    return verify(List.of(Pairing.inDouble("mine", new ScratchProvider(), candidate)), title);
  }

  @Test
  void anotherMomentumIsFoundInTheStepInWhichItActs() {
    VerifyResult result = verify(new WrongProviders.WrongMomentum(), "optimizer momentum, dense");

    assertThat(result.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(result.verdict().exitCode()).isEqualTo(1);
    // the first velocity is −lr·g, whatever the momentum is
    assertThat(result.parts()).hasSize(1);
    assertThat(result.parts().get(0).failure()).startsWith("step 2: update affine1/W/velocity");
    assertThat(Objects.requireNonNull(result.failure()).message())
        .startsWith("optimizer momentum, dense, mine in double");
  }

  @Test
  void theSameImplementationAgrees() {
    VerifyResult result = verify(new ScratchProvider(), "optimizer momentum, dense");

    assertThat(result.verdict()).isEqualTo(Verdict.AGREE);
    assertThat(result.failure()).isNull();
    assertThat(result.coverage().compared()).isEqualTo(result.coverage().expected()).isPositive();
  }

  @Test
  void biasesBeforeBatchNormalizationDriftAndAreRecognised() {
    VerifyResult result = verify(Pairing.all(), "layer batchNorm, on rows, with adaGrad");

    assertThat(result.verdict()).isEqualTo(Verdict.AGREE);
    PartResult inDouble = result.parts().get(0);
    assertThat(inDouble.side()).isEqualTo("dl4j in double");
    assertThat(Objects.requireNonNull(inDouble.exception()).difference())
        .isGreaterThan(Pairing.BOUND_DOUBLE);
    assertThat(inDouble.largest()).isLessThanOrEqualTo(Pairing.BOUND_DOUBLE);
  }

  @Test
  void anOptimizersConventionIsShownByThatOptimizerAlone() {
    VerifyResult result = verify(Pairing.all(), "convention adagrad-epsilon");

    assertThat(result.verdict()).isEqualTo(Verdict.AGREE);
    ConventionResult shown = result.conventions().get(0);
    assertThat(shown.shownBy()).isEqualTo("optimizer adaGrad, dense");
    assertThat(shown.dl4jsWay()).isGreaterThan(shown.nothing());
    assertThat(shown.booksWay()).isLessThanOrEqualTo(shown.nothing());
  }

  /** A part that a side lacks must not keep the others from being verified, nor pass for one. */
  @Test
  void aPartThatASideLacksIsSkippedWithItsReasonAndTheOthersAreVerified() {
    ScratchProvider scratch = new ScratchProvider();
    ModelProvider withoutAdam =
        new ModelProvider() {
          @Override
          public String name() {
            return "mine";
          }

          @Override
          public Model create(NetworkSpec network) {
            if (network.optimizer() instanceof OptimizerSpec.Adam) {
              throw new UsageException("mine: expected no optimizer of type adam");
            }
            return scratch.create(network);
          }
        };
    Pairing pairing = Pairing.inDouble("mine", new ScratchProvider(), withoutAdam);
    Verifier verifier =
        new Verifier(
            List.of(pairing),
            title -> title.matches("optimizer (adam|momentum), dense"),
            new Cores(2, Long.MAX_VALUE),
            next -> {});
    VerifyResult result = verifier.parts("lockstep verify --candidate mine");

    assertThat(result.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(result.verdict().exitCode()).isEqualTo(5);
    assertThat(result.failure()).isNull();
    assertThat(result.coverage().compared()).isEqualTo(result.coverage().expected()).isPositive();
    assertThat(VerifyText.write(result, false, false, Path.of("result.json")))
        .containsPattern("optimizer momentum, dense +[0-9.]+ +ok")
        .containsPattern("optimizer adam, dense +– +skipped")
        .contains(
            "skipped  optimizer adam, dense, mine in double: mine: expected no optimizer of type adam",
            "1 of 2 parts skipped: a side lacks them.");
    assertThat(verify(withoutAdam, "optimizer adam, dense").verdict())
        .isEqualTo(Verdict.NOTHING_COMPARED);
  }

  @Test
  void nothingChosenIsNoAgreement() {
    assertThat(verify(Pairing.all(), "nothing").verdict()).isEqualTo(Verdict.NOTHING_COMPARED);
  }

  @Test
  void aConventionThatMakesNoDifferenceOrCannotBeSwitchedOffIsNotShown() {
    assertThat(shown(1, 0)).isEqualTo(Verdict.AGREE);
    assertThat(shown(Double.NaN, 0)).isEqualTo(Verdict.AGREE);
    assertThat(shown(0, 0)).isEqualTo(Verdict.DIFFER);
    assertThat(shown(1, 1)).isEqualTo(Verdict.DIFFER);
    assertThat(shown(1, Double.NaN)).isEqualTo(Verdict.DIFFER);
  }

  private static Verdict shown(double dl4jsWay, double booksWay) {
    return ConventionResult.of(Convention.ADAM_EPSILON, "numbers", dl4jsWay, booksWay, 1e-12)
        .verdict();
  }

  @Test
  void everyKindOfSpecificationIsAmongTheParts() {
    assertThat(Parts.all())
        .extracting(Part::kind)
        .contains(
            "layer", "activation", "loss", "initial", "optimizer", "schedule", "weight decay");
    assertThat(Parts.all()).extracting(Part::title).doesNotHaveDuplicates();
  }
}
