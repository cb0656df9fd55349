package dev.lockstep.core.compare.judging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.rounding.Floors;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.tiny.TinyRun;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** What unobserved steps have come to, and what training has left. */
class StatesComparedTest {

  private static final long STEP = 7;
  private static final String FIRST = "affine1/W";
  private static final String BIAS = "affine2/b";

  /** A power of two, so that a hundred of them is exact. */
  private static final double FLOOR = 0x1p-10;

  private static final double ALLOWED = 100 * FLOOR;
  private static final Floors FLOORS = (tensor, magnitude) -> FLOOR;

  /** Far more than is allowed. */
  private static double far(TensorKey key) {
    return 1;
  }

  private final Comparison comparison = comparison(false);
  private final Recording reference = states(Map.of());

  private static Comparison comparison(boolean mayDiverge) {
    return new Comparison(TinyRun.NETWORK, mayDiverge, false, tensor -> Optional.empty());
  }

  /** Zeros, but for the tensors that are named; null leaves one out. */
  private Recording states(Map<String, Optional<Tensor>> others) {
    Recording recording = new Recording(comparison.wanted());
    TinyRun.NETWORK
        .state()
        .forEach(
            (path, shape) ->
                others
                    .getOrDefault(path, Optional.of(Tensor.zeros(shape)))
                    .ifPresent(tensor -> recording.observe(Phase.UPDATE, path, () -> tensor)));
    return recording;
  }

  private Recording with(String path, double... firstElements) {
    Tensor tensor = Tensor.zeros(Objects.requireNonNull(TinyRun.NETWORK.state().get(path)));
    System.arraycopy(firstElements, 0, tensor.data(), 0, firstElements.length);
    return states(Map.of(path, Optional.of(tensor)));
  }

  private StepOutcome segment(Recording candidate, ToDoubleFunction<TensorKey> moved) {
    comparison.startStep(STEP);
    return comparison.compareSegment(STEP, reference, candidate, FLOORS, moved);
  }

  private static FirstDivergence divergence(StepOutcome outcome) {
    return Objects.requireNonNull(Objects.requireNonNull(outcome.finding()).divergence());
  }

  private static Failure failure(StepOutcome outcome) {
    return Objects.requireNonNull(outcome.finding()).failure();
  }

  private TensorReading reading(String path) {
    return comparison.readings().stream()
        .filter(reading -> reading.tensor().equals(path))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aHundredFloorsAreRoundingAndAnythingMoreIsNot() {
    assertThat(segment(with(FIRST, ALLOWED), StatesComparedTest::far).agrees()).isTrue();
    FirstDivergence found =
        divergence(segment(with(FIRST, 0, Math.nextUp(ALLOWED)), StatesComparedTest::far));
    assertThat(found.tensor()).isEqualTo(FIRST);
    assertThat(found.index()).containsExactly(0, 1);
    assertThat(found.step()).isEqualTo(STEP);
    assertThat(found.reading()).isEqualTo(Reading.SEGMENT);
    assertThat(found.floor()).isEqualTo(FLOOR);
  }

  @Test
  void theFirstInTheOrderOfComputationIsTold() {
    Tensor far = Tensor.filled(Shape.of(3), 1);
    Tensor further =
        Tensor.filled(Objects.requireNonNull(TinyRun.NETWORK.state().get("affine2/W")), 5);
    StepOutcome outcome =
        segment(
            states(Map.of("affine2/W", Optional.of(further), BIAS, Optional.of(far))),
            StatesComparedTest::far);
    assertThat(divergence(outcome).tensor()).isEqualTo("affine2/W");
    assertThat(reading(BIAS).failed()).isTrue();
  }

  @Test
  void aTensorThatRoundingMovesAsFarAsTrainingIsNotJudged() {
    segment(reference, key -> key.path().equals(BIAS) ? ALLOWED : 1);
    assertThat(reading(BIAS).unjudged()).isEqualTo("rounding may move it as far as training does");
    assertThat(reading(FIRST).judged()).isTrue();
    assertThat(comparison.undecided()).doesNotContain("rounding may move every tensor");
    segment(reference, key -> Math.nextUp(ALLOWED));
    assertThat(comparison.undecided()).doesNotContain("rounding may move every tensor");
  }

  @Test
  void nothingThatCouldBeJudgedIsNoAgreement() {
    assertThat(segment(reference, key -> ALLOWED).agrees()).isTrue();
    assertThat(comparison.undecided())
        .isEqualTo(
            "the steps up to step 7: rounding may move every tensor as far as training does");
    assertThat(comparison.verdict(null, false)).isEqualTo(Verdict.UNDECIDED);
  }

  /** What hardly moves beside the others need not have moved. */
  @Test
  void whatDoesNotMatterBesideTheOthersIsJudged() {
    double most = ALLOWED * 1e6;
    segment(reference, key -> key.path().equals(BIAS) ? 0 : most);
    assertThat(reading(BIAS).judged()).isFalse();
    Comparison other = comparison(false);
    other.startStep(STEP);
    other.compareSegment(
        STEP, reference, reference, FLOORS, key -> key.path().equals(BIAS) ? 0 : 2 * most);
    assertThat(other.readings()).allMatch(TensorReading::judged);
  }

  /** Whatever is too far speaks against the candidate, however far training moves it. */
  @Test
  void whatIsTooFarIsAlwaysJudged() {
    assertThat(divergence(segment(with(BIAS, 2 * ALLOWED), key -> 0)).tensor()).isEqualTo(BIAS);
  }

  @Test
  void aTensorOfOneSideAloneOrOfAnotherShapeIsTold() {
    Recording without = states(Map.of(BIAS, Optional.empty()));
    assertThat(failure(segment(without, StatesComparedTest::far)).message())
        .isEqualTo("step 7: expected update affine2/b on both sides, shown by the reference alone");
    comparison.startStep(STEP + 1);
    assertThat(
            failure(
                    comparison.compareSegment(
                        STEP + 1, without, reference, FLOORS, StatesComparedTest::far))
                .message())
        .endsWith("shown by the candidate alone");
    assertThat(
            failure(
                    comparison.compareSegment(
                        STEP + 1, without, without, FLOORS, StatesComparedTest::far))
                .message())
        .endsWith("shown by neither side");
    assertThat(
            failure(
                    segment(
                        states(Map.of(BIAS, Optional.of(Tensor.zeros(Shape.of(4))))),
                        StatesComparedTest::far))
                .message())
        .contains("affine2/b has shape 3 on the reference's side and 4 on the candidate's");
  }

  @Test
  void bothMayLeaveTheFiniteNumbersTogetherWhereThatIsForeseen() {
    Recording nan = with(BIAS, Double.NaN);
    assertThat(failure(segment(nan, StatesComparedTest::far)).kind())
        .isEqualTo(Failure.Kind.NON_FINITE);
    assertThat(
            failure(comparison.compareSegment(STEP, nan, nan, FLOORS, StatesComparedTest::far))
                .kind())
        .isEqualTo(Failure.Kind.NON_FINITE);
    Comparison foreseen = comparison(true);
    foreseen.startStep(STEP);
    StepOutcome alike = foreseen.compareSegment(STEP, nan, nan, FLOORS, StatesComparedTest::far);
    assertThat(alike.divergedAlike()).isTrue();
    assertThat(alike.finding()).isNull();
    assertThat(foreseen.coverage().skippedTensors()).isEmpty();
    assertThat(
            foreseen
                .compareLastState(STEP, nan, nan, FLOORS, StatesComparedTest::far)
                .divergedAlike())
        .isTrue();
    assertThat(foreseen.coverage().skippedTensors()).hasSize(1);
    assertThat(
            failure(foreseen.compareSegment(STEP, reference, nan, FLOORS, StatesComparedTest::far))
                .message())
        .endsWith("is not finite on the candidate's side only");
    assertThat(
            failure(foreseen.compareSegment(STEP, nan, reference, FLOORS, StatesComparedTest::far))
                .message())
        .endsWith("is not finite on the reference's side only");
  }

  /** A segment is a reading beside others; the last state may be all there is. */
  @Test
  void theLastStateIsCountedAndASegmentIsNot() {
    segment(with(FIRST, ALLOWED), StatesComparedTest::far);
    assertThat(comparison.coverage().compared()).isZero();
    assertThat(comparison.coverage().judged()).isZero();
    assertThat(comparison.worst()).isEmpty();
    comparison.startStep(STEP + 1);
    StepOutcome last =
        comparison.compareLastState(
            STEP + 1, reference, with(FIRST, ALLOWED), FLOORS, StatesComparedTest::far);
    assertThat(last.agrees()).isTrue();
    int states = TinyRun.NETWORK.state().size();
    assertThat(comparison.coverage().compared()).isEqualTo(states);
    assertThat(comparison.coverage().judged()).isEqualTo(states);
    assertThat(comparison.coverage().oneSided()).isZero();
    assertThat(Objects.requireNonNull(comparison.worst().get(Phase.UPDATE)).maxAbs())
        .isEqualTo(ALLOWED);
    comparison.startStep(STEP + 2);
    comparison.compareLastState(
        STEP + 2,
        reference,
        states(Map.of(BIAS, Optional.empty())),
        FLOORS,
        StatesComparedTest::far);
    assertThat(comparison.coverage().oneSided()).isOne();
  }

  @Test
  void oneThatIsToldCountsNoMoreOnceTheHorizonLiesBeforeIt() {
    comparison.startStep(STEP);
    Recording wrong = with(FIRST, 1);
    StepOutcome free =
        comparison.compareLastState(STEP, reference, wrong, FLOORS, StatesComparedTest::far);
    StepOutcome segment =
        comparison.compareSegment(STEP, reference, wrong, FLOORS, StatesComparedTest::far);
    assertThat(comparison.stillCounts(free)).isTrue();
    reach(STEP);
    assertThat(comparison.stillCounts(free)).isFalse();
    assertThat(comparison.stillCounts(segment)).isTrue();
    assertThat(comparison.stillCounts(StepOutcome.AGREES)).isTrue();
    assertThat(
            comparison.stillCounts(
                new StepOutcome(Finding.told(STEP, Failure.Kind.DIFFERENCE, "loss"), false)))
        .isTrue();
  }

  private void reach(long step) {
    Recording outputs = new Recording(comparison.wanted());
    outputs.observe(Phase.FORWARD, "affine1/out", () -> Tensor.filled(Shape.of(1, 6), 1));
    comparison.compare(step, Reading.FREE_RUNNING, outputs, outputs, (tensor, magnitude) -> 1);
    assertThat(comparison.horizon()).isEqualTo(step);
  }

  @Test
  void theFirstParameterFromADivergenceOnWhoseGradientsDifferIsFound() {
    Recording right = gradients(0, 0);
    FirstDivergence from =
        divergence(
            segment(
                with(FIRST, 1), StatesComparedTest::far)); // of a state: no gradient comes after it
    assertThat(comparison.differingGradient(from, right, gradients(1, 1), FLOORS)).isEmpty();
    FirstDivergence atLoss =
        new FirstDivergence(
            from.step(),
            Phase.LOSS,
            "loss",
            ExpectedTensor.SHOWN_LOSS.key().path(),
            from.index(),
            0,
            1,
            1,
            FLOOR,
            Reading.SINGLE_STEP,
            1,
            1,
            from.greatestRelative(),
            null,
            null);
    assertThat(comparison.differingGradient(atLoss, right, gradients(0, 1), FLOORS))
        .contains(new TensorKey(Phase.BACKWARD, BIAS));
    assertThat(comparison.differingGradient(atLoss, right, gradients(ALLOWED, 0), FLOORS))
        .isEmpty();
    assertThat(comparison.differingGradient(atLoss, right, gradients(Double.NaN, 0), FLOORS))
        .isEmpty();
  }

  private Recording gradients(double ofWeight, double ofBias) {
    Recording recording = new Recording(comparison.wanted());
    Tensor weight = Tensor.zeros(Objects.requireNonNull(TinyRun.NETWORK.state().get(FIRST)));
    weight.data()[0] = ofWeight;
    recording.observe(Phase.BACKWARD, FIRST, () -> weight);
    recording.observe(Phase.BACKWARD, BIAS, () -> Tensor.filled(Shape.of(3), ofBias));
    return recording;
  }

  @Test
  void whatIsRememberedIsAllThatIsKnown() {
    segment(with(FIRST, ALLOWED), key -> ALLOWED);
    comparison.startStep(STEP + 1);
    comparison.compareLastState(
        STEP + 1, reference, with(FIRST, ALLOWED), FLOORS, StatesComparedTest::far);
    reach(STEP + 1);
    comparison.report(Finding.told(STEP, Failure.Kind.DIFFERENCE, "one"));
    comparison.suspect(Finding.told(STEP, Failure.Kind.DIFFERENCE, "two"));
    comparison.showElements(STEP, Reading.SEGMENT, reference, with(FIRST, 1), FLOORS);
    Comparison other = comparison(false);
    other.leaveUndecided("something else");
    other.startStep(1);
    other.compareLastState(1, reference, with(BIAS, 1), FLOORS, StatesComparedTest::far);

    other.recall(comparison.memory());

    assertThat(other.memory()).isEqualTo(comparison.memory());
    assertThat(other.conclusion()).isEqualTo(Finding.told(STEP, Failure.Kind.DIFFERENCE, "one"));
    assertThat(other.elementsShown()).hasSameSizeAs(TinyRun.NETWORK.state().keySet());
    assertThat(other.horizon()).isEqualTo(STEP + 1);
    assertThat(other.isCoarse()).isTrue();
    assertThat(other.readings()).isEqualTo(comparison.readings());
  }

  @Test
  void aReasonForNoAgreementIsTheFirstOne() {
    assertThat(comparison.undecided()).isEmpty();
    comparison.startStep(STEP);
    assertThat(comparison.undecided())
        .isEqualTo(
            "%1$d of %1$d tensors could not be judged"
                .formatted(ExpectedTensor.of(TinyRun.NETWORK).size()));
    comparison.leaveUndecided("first");
    comparison.leaveUndecided("second");
    assertThat(comparison.undecided()).isEqualTo("first");
    Finding finding = Finding.told(STEP, Failure.Kind.DIFFERENCE, "x");
    assertThat(comparison.verdict(finding, true)).isEqualTo(Verdict.DIFFER);
    assertThat(comparison.verdict(null, true)).isEqualTo(Verdict.DIVERGED_ALIKE);
    assertThat(comparison(false).verdict(null, false)).isEqualTo(Verdict.AGREE);
  }
}
