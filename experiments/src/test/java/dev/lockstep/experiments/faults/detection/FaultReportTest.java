package dev.lockstep.experiments.faults.detection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.experiments.faults.seeded.Explanation;
import dev.lockstep.experiments.faults.seeded.Fault;
import dev.lockstep.experiments.faults.seeded.Faults;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class FaultReportTest {

  private static final Fault MOMENTUM = fault("momentum");
  private static final Fault HALVED = fault("gradient-halved");

  private static final Detection SMALL_MOMENTUM =
      new Detection(MOMENTUM, MOMENTUM.sizes().get(0), false, null, true, Map.of(), 0);
  private static final Detection ORDINARY_MOMENTUM =
      new Detection(
          MOMENTUM,
          MOMENTUM.ordinary(),
          true,
          found(MOMENTUM.place(), "it is as if the momentum were 0.99 in place of 0.9"),
          true,
          Map.of(Detector.FIRST_PARAMETERS, 2L, Detector.FINAL_ACCURACY, 300L),
          .03);
  private static final Detection ORDINARY_HALVED =
      new Detection(
          HALVED,
          HALVED.ordinary(),
          true,
          found(
              MOMENTUM.place(),
              "consistent with: it is the reference's times 1/2; not confirmed: the rest"),
          true,
          Map.of(Detector.FIRST_GRADIENTS, 1L),
          0);

  private static Fault fault(String id) {
    return Faults.all().stream().filter(f -> f.id().equals(id)).findFirst().orElseThrow();
  }

  private static FirstDivergence found(Fault.Place place, @Nullable String diagnosis) {
    return new FirstDivergence(
        2,
        place.phase(),
        place.layer(),
        place.tensor(),
        List.of(0),
        1,
        2,
        1,
        1e-16,
        Reading.SINGLE_STEP,
        1,
        10,
        new FirstDivergence.Element(List.of(0), 1, 2),
        diagnosis,
        null);
  }

  private static FaultReport report(FalseAlarms alarms) {
    return new FaultReport(
        300,
        List.of(SMALL_MOMENTUM, ORDINARY_MOMENTUM, ORDINARY_HALVED),
        List.of(ORDINARY_MOMENTUM),
        Map.of("relu-momentum", .025),
        List.of(new SmallestFault(Phase.BACKWARD, "affine", "W", 60, 1, 1e-12, 1e-4)),
        List.of(alarms));
  }

  private static final FaultReport QUIET = report(new FalseAlarms("another", 20, List.of()));

  @Test
  void countsFaultsOfOrdinarySize() {
    assertThat(QUIET.ordinary()).containsExactly(ORDINARY_MOMENTUM, ORDINARY_HALVED);
    assertThat(QUIET.detected()).isEqualTo(2);
    assertThat(QUIET.located()).as("the second was found at the first's place").isEqualTo(1);
    assertThat(QUIET.told(Detection.Told.CONFIRMED)).isEqualTo(1);
    assertThat(QUIET.told(Detection.Told.HINT)).isEqualTo(1);
    assertThat(QUIET.told(Detection.Told.WRONG)).isZero();
    assertThat(QUIET.missedBy(Detector.FINAL_ACCURACY)).isEqualTo(1);
    assertThat(QUIET.missedBy(Detector.LOSS_CURVE)).isEqualTo(2);
  }

  @Test
  void aFalseAlarmBreaksIt() {
    assertThat(QUIET.verdict()).isEqualTo(Verdict.AGREE);
    assertThat(report(new FalseAlarms("another", 20, List.of("seed 3"))).verdict())
        .isEqualTo(Verdict.DIFFER);
  }

  @Test
  void anExplanationOfAnotherKindIsWrongAndNoDiagnosisIsNone() {
    Detection otherKind =
        new Detection(
            MOMENTUM,
            MOMENTUM.ordinary(),
            true,
            found(MOMENTUM.place(), "transposed"),
            true,
            Map.of(),
            0);
    Detection silent =
        new Detection(
            MOMENTUM, MOMENTUM.ordinary(), true, found(MOMENTUM.place(), null), true, Map.of(), 0);

    assertThat(otherKind.told()).isEqualTo(Detection.Told.WRONG);
    assertThat(silent.told()).isEqualTo(Detection.Told.NONE);
    assertThat(Explanation.UNKNOWN.isGivenBy("anything")).isFalse();
  }

  @Test
  void thePageHasARowForEveryFaultWithTheStepOfEveryDetector() {
    String page = new DetectionReport(QUIET).markdown();

    assertThat(page)
        .contains(
            "| momentum | momentum is another than .9: .99 | relu-momentum |"
                + " step 2, update, affine1/W/velocity | single-step | yes | confirmed |"
                + " – | – | 2 | – | 300 | confirmed |\n")
        .contains("| gradient-halved |")
        .contains("| momentum | .901, .99 | .99 | .99 |\n")
        .contains("| backward, affine, W | 60 | 1 | 1e-12 | 1e-04 |\n")
        .contains("| another | 20 | none |\n")
        .contains(
            "Of 2 faults of ordinary size 2 are detected and 1 located in the right phase and layer."
                + " The cause is confirmed for 1, a hint for 1, not told for 0 and wrong for 0."
                + " On smooth images 1 of them change something; of these 1 are detected, 1"
                + " located, and of 1 the cause is confirmed, of 0 wrong. Final accuracy alone"
                + " would have missed 1 of them, the loss curve 2.")
        .contains("relu-momentum 2.5");
  }

  @Test
  void theScreenShowsTheSameInColumns() {
    assertThat(new DetectionReport(QUIET).text(List.of(Path.of("out", "report.md"))))
        .contains(
            "momentum         step 2, update, affine1/W/velocity  single-step  yes      confirmed")
        .contains(
            "fault            found                               by           located  cause      forward")
        .endsWith("Report     " + Path.of("out", "report.md") + "\n");
  }
}
