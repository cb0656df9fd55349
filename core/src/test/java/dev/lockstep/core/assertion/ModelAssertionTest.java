package dev.lockstep.core.assertion;

import static dev.lockstep.core.assertion.LockstepAssertions.assertThatModel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.rounding.RoundedToFloat;
import dev.lockstep.core.tiny.Fault;
import dev.lockstep.core.tiny.Summation;
import dev.lockstep.core.tiny.TinyModel;
import dev.lockstep.core.tiny.TinyRun;
import dev.lockstep.core.tiny.Wrapped;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ModelAssertionTest {

  private static final ModelProvider REFERENCE = TinyModel.summing(Summation.FORWARD);

  @Test
  void aCorrectModelAgrees() {
    ModelProvider backward = TinyModel.summing(Summation.BACKWARD);
    assertThatModel(backward).against(REFERENCE).on(TinyRun.NETWORK).steps(50).agrees();
    assertThatModel(backward::create).against(REFERENCE).on(TinyRun.NETWORK).agrees();
  }

  /** Everything that the command line tells, in its order. */
  @Test
  void aWrongModelIsToldWhatTheCommandLineTells() {
    ModelProvider wrong =
        TinyModel.with(Fault.in(Phase.BACKWARD, "affine1/W", Fault.Change.times(10)));
    assertThatThrownBy(() -> assertThatModel(wrong).against(REFERENCE).on(TinyRun.NETWORK).agrees())
        .isInstanceOf(AssertionError.class)
        .message()
        .matches(
            "(?s)Step 1: backward affine1/W of affine1 differs by .*"
                + "more than rounding can explain.*"
                + "First divergence\n"
                + "  Step 1, backward, layer affine1, tensor affine1/W \\(single-layer reading\\)\n"
                + "  Mismatched elements: \\d+ / 36 \\(\\d+\\.\\d\\d %\\)\n"
                + "  Greatest absolute difference: \\S+ at index \\(\\d, \\d\\) \\(up to \\S+ allowed\\)\n"
                + "    tiny: \\S+; faulty: \\S+\n"
                + "  Greatest relative difference: 0.9 at index \\(\\d, \\d\\)\n"
                + "    tiny: \\S+; faulty: \\S+\n"
                + "  Measured floor: \\S+; error ÷ floor: \\S+\n"
                + "  Smallest tolerance that would have passed: \\S+ absolute, \\S+ floors\n"
                + "  Diagnosis: .*batch size.*\n"
                + "  Finite-difference check: faulty is wrong, by central differences .*\n"
                + "    gradient and slope of the loss: tiny \\S+ and .*; faulty \\S+ and .*");
  }

  @Test
  void aMissingTensorFailsAndCanBeLeftOut() {
    ModelProvider hiding =
        Wrapped.showing(
            (batch, phase, path, tensor, observer) -> {
              if (phase != Phase.BACKWARD) {
                observer.observe(phase, path, tensor);
              }
            });
    ModelAssertion assertion = assertThatModel(hiding).against(REFERENCE).on(TinyRun.NETWORK);
    assertThatThrownBy(assertion::agrees)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(
            "expected backward affine2/out on both sides, shown by the reference alone");
    assertion
        .comparing(new Selection(null, null, Set.of(Phase.FORWARD, Phase.LOSS, Phase.UPDATE)))
        .agrees();
  }

  @Test
  void roundingToFloatIsADifferenceUnlessSaid() {
    ModelProvider inFloat = new RoundedToFloat(REFERENCE);
    ModelAssertion assertion = assertThatModel(inFloat).against(REFERENCE).on(TinyRun.NETWORK);
    assertThatThrownBy(assertion::agrees).isInstanceOf(AssertionError.class);
    assertion.inFloat().agrees();
  }

  @Test
  void whatIsMissingIsSaid() {
    assertThatThrownBy(() -> assertThatModel(REFERENCE).on(TinyRun.NETWORK).agrees())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no against(reference)");
    assertThatThrownBy(() -> assertThatModel(REFERENCE).against(REFERENCE).agrees())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no on(network)");
  }

  @Test
  void anotherSeedTrainsOnOtherNumbers() {
    double[] first = new double[2];
    for (int seed = 0; seed < first.length; seed++) {
      int at = seed;
      ModelProvider listening =
          Wrapped.showing(
              (batch, phase, path, tensor, observer) -> {
                if (phase == Phase.LOSS && path.equals(NetworkSpec.LOSS) && batch.step() == 1) {
                  first[at] = tensor.get().data()[0];
                }
                observer.observe(phase, path, tensor);
              });
      assertThatModel(listening)
          .against(REFERENCE)
          .on(TinyRun.NETWORK)
          .steps(1)
          .batchSize(3)
          .seed(seed)
          .agrees();
    }
    assertThat(first[0]).isNotEqualTo(first[1]);
  }
}
