package dev.lockstep.experiments.faults.detection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.faults.seeded.Fault;
import dev.lockstep.experiments.faults.seeded.Faults;
import dev.lockstep.experiments.work.Cores;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class DetectionTest {

  /** The latest fault begins in the twelfth step, which the default cadence does not observe. */
  private static final long STEPS = 15;

  /** Plays no part in what is asserted of the comparison. */
  private static final double ACCURACY_LIMIT = .02;

  /** A hundred times the unit of float, 6e-8, and what a sum of some hundreds loses. */
  private static final double FOUND_IN_FLOAT = 1e-2;

  private static final Trainings TRAININGS = new Trainings(SmallDigits.draw(100, 20), STEPS);
  private static final DetectionMatrix MATRIX =
      new DetectionMatrix(
          TRAININGS,
          new Trainings(SmallDigits.draw(100, 20).smooth(), STEPS),
          new Cores(Runtime.getRuntime().availableProcessors(), Long.MAX_VALUE),
          message -> {});

  static Stream<Arguments> faults() {
    return Faults.all().stream().map(fault -> Arguments.argumentSet(fault.id(), fault));
  }

  static Stream<Arguments> networks() {
    return BaseNetwork.all().stream().map(base -> Arguments.argumentSet(base.id(), base));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void aFaultOfOrdinarySizeIsFoundWhereItIs(Fault fault) {
    Detection detection = MATRIX.detect(fault, fault.ordinary(), ACCURACY_LIMIT);

    assertThat(detection.detected()).isTrue();
    FirstDivergence found = Objects.requireNonNull(detection.divergence());
    assertThat(found.phase()).isEqualTo(fault.place().phase());
    assertThat(found.layer()).isEqualTo(fault.place().layer());
  }

  @ParameterizedTest
  @MethodSource("faults")
  void theCauseOfAFaultIsConfirmed(Fault fault) {
    Detection detection = MATRIX.detect(fault, fault.ordinary(), ACCURACY_LIMIT);

    assertThat(detection.told())
        .as("%s: %s", fault.explanations(), detection.divergence())
        .isEqualTo(Detection.Told.CONFIRMED);
    FirstDivergence found = detection.divergence();
    if (found != null && !TOLD_IN_TWO_WAYS.contains(fault.id())) {
      assertThat(found.diagnosis()).doesNotContain("do not tell them apart");
    }
  }

  /** Mistakes that another setting, factor or tensor is as well. */
  private static final Set<String> TOLD_IN_TWO_WAYS =
      Set.of(
          "gradient-of-another-layer",
          "schedule-off-by-one",
          "adam-biases-updated-twice",
          "momentum-dampened");

  /** What no known mistake does: the values stand for no formula. */
  static Stream<Arguments> unexplainableFaults() {
    return UnexplainedFaults.list().stream().map(fault -> Arguments.argumentSet(fault.id(), fault));
  }

  @ParameterizedTest
  @MethodSource("unexplainableFaults")
  void noCauseIsToldOfWhatNothingKnownExplains(Fault fault) {
    Detection detection = MATRIX.detect(fault, fault.ordinary(), ACCURACY_LIMIT);

    assertThat(detection.detected()).isTrue();
    assertThat(detection.told()).as("%s", detection.divergence()).isEqualTo(Detection.Told.NONE);
  }

  @Test
  void correctImplementationsRaiseNoAlarm() {
    assertThat(MATRIX.falseAlarms(20))
        .hasSize(4)
        .allSatisfy(alarms -> assertThat(alarms.runs()).isEqualTo(20))
        .allSatisfy(alarms -> assertThat(alarms.alarms()).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("networks")
  void anErrorOfOneInTenBillionInAnyTensorIsFoundInTheFirstStep(BaseNetwork base) {
    List<SmallestFault> smallest = new SmallestFaults(TRAININGS).measure(List.of(base));

    assertThat(smallest).hasSizeGreaterThan(10);
    assertThat(smallest)
        .filteredOn(kind -> kind.tensors() > 0)
        .allSatisfy(kind -> assertThat(kind.inDouble()).isLessThanOrEqualTo(1e-10))
        .allSatisfy(kind -> assertThat(kind.inFloat()).isLessThanOrEqualTo(FOUND_IN_FLOAT));
  }

  /** The loss itself trains nothing: parameters and predictions stay the same to the last bit. */
  @Test
  void aWrongLossValueIsSeenInTheForwardPassAlone() {
    Detection detection = detect("constant-outside-logarithm");

    assertThat(detection.detectors()).containsOnlyKeys(Detector.FIRST_FORWARD);
    assertThat(detection.accuracyLost()).isZero();
  }

  /** Answers for the wrong images leave training untouched. */
  @Test
  void aWrongPredictionIsSeenByWhoeverPredicts() {
    Detection detection = detect("prediction-by-label-value");

    assertThat(detection.detectors())
        .containsKey(Detector.FIRST_FORWARD)
        .doesNotContainKeys(
            Detector.FIRST_GRADIENTS, Detector.FIRST_PARAMETERS, Detector.LOSS_CURVE);
  }

  @Test
  void aFaultThatBeginsLaterIsMissedByWhoeverLooksAtTheFirstStepsOnly() {
    Detection detection = detect("gradient-not-a-number");

    assertThat(detection.detectors())
        .doesNotContainKeys(
            Detector.FIRST_FORWARD, Detector.FIRST_GRADIENTS, Detector.FIRST_PARAMETERS)
        .containsKey(Detector.LOSS_CURVE);
    assertThat(Objects.requireNonNull(detection.divergence()).step()).isEqualTo(12);
  }

  private static Detection detect(String id) {
    Fault fault = Faults.all().stream().filter(f -> f.id().equals(id)).findFirst().orElseThrow();
    return MATRIX.detect(fault, fault.ordinary(), ACCURACY_LIMIT);
  }
}
