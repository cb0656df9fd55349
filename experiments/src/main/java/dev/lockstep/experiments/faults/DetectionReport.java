package dev.lockstep.experiments.faults;

import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.report.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes what the comparison can see, for the screen and as a page of the documentation. */
public final class DetectionReport {

  private static final String NO = "–";

  private final FaultReport report;

  public DetectionReport(FaultReport report) {
    this.report = report;
  }

  /**
   * Returns what the screen shows.
   *
   * @param written the files that hold all of it
   */
  public String text(List<Path> written) {
    return """
        %s
        Smallest size detected
        %s
        One gradient times 1 + x, x =
        %s
        %s
        %s  %s
        Report     %s
        """
        .formatted(
            faults(false).text(),
            sizes().text(),
            sensitivity().text(),
            falseAlarms().text(),
            report.verdict(),
            summary(),
            written.stream().map(Path::toString).collect(Collectors.joining(", ")));
  }

  /** Returns the page {@code docs/detection.md}. */
  public String markdown() {
    return """
        # What the comparison can see

        This page is written by `./lockstep verify --faults`; a change made by hand is lost.

        Each row below is a mistake that a person can make, seeded into the scratch implementation, which is
        then compared with itself without the mistake: the same initial values, batches and masks, %d steps on
        synthetic digits. The list of mistakes and their sizes was written down before the diagnosis was, so that
        the diagnosis could not choose what it is measured by. The first eight were published by readers of the book.

        %s

        ## Every fault at its ordinary size

        *Found* is the first place that the comparison names, *located* whether phase and layer are where the
        mistake really is, *explained* whether the diagnosis tells what is wrong. The last five columns are other
        ways to notice it, with the step after which each does:

        - **forward**: outputs, loss or prediction of the first step lie further apart than rounding explains;
        - **gradients**: gradients of the first step do;
        - **parameters**: parameters, optimizer state or running statistics do after one of the first three steps;
        - **loss curve**: the mean loss of ten steps differs by more than 1 %%;
        - **accuracy**: test accuracy after the last step differs by more than two standard deviations over seeds,
          and by at least one point (%s).

        %s
        ## Smallest size detected

        %s
        ## The smallest factor

        One gradient after another, of every network, is multiplied by 1 + x in one step. Gradients that are
        nothing but rounding (those of a bias in front of a batch normalization) are left out.

        %s
        ## False alarms

        %s"""
        .formatted(
            report.steps(),
            summary(),
            accuracyLimits(),
            faults(true).markdown(),
            sizes().markdown(),
            sensitivity().markdown(),
            falseAlarms().markdown());
  }

  private String summary() {
    int all = report.ordinary().size();
    return ("Of %d faults of ordinary size %d are detected, %d located in the right phase and layer and %d"
            + " explained rightly. Final accuracy alone would have missed %d of them, the loss curve %d.")
        .formatted(
            all,
            report.detected(),
            report.located(),
            report.explained(),
            report.missedBy(Detector.FINAL_ACCURACY),
            report.missedBy(Detector.LOSS_CURVE));
  }

  private String accuracyLimits() {
    List<String> limits = new ArrayList<>();
    report
        .accuracyLimit()
        .forEach(
            (network, limit) ->
                limits.add(String.format(Locale.ROOT, "%s %.1f", network, 100 * limit)));
    return "in points: " + String.join(", ", limits);
  }

  /**
   * @param described whether to say in words what is wrong, which no screen is wide enough for
   */
  private Table faults(boolean described) {
    List<String> header = new ArrayList<>(List.of("fault"));
    if (described) {
      header.addAll(List.of("what is wrong", "network"));
    }
    header.addAll(List.of("found", "located", "explained"));
    Arrays.stream(Detector.values()).map(Detector::title).forEach(header::add);
    return new Table(
        header, report.ordinary().stream().map(detection -> row(detection, described)).toList());
  }

  private static List<String> row(Detection detection, boolean described) {
    Fault fault = detection.fault();
    List<String> row = new ArrayList<>(List.of(fault.id()));
    if (described) {
      row.addAll(List.of(mistake(detection), fault.base().id()));
    }
    row.add(detection.detected() ? found(detection.divergence()) : NO);
    row.add(yes(detection.located()));
    row.add(yes(detection.explained()));
    for (Detector detector : Detector.values()) {
      Long step = detection.detectors().get(detector);
      row.add(step == null ? NO : step.toString());
    }
    return row;
  }

  private static String mistake(Detection detection) {
    return detection.size().in(detection.fault().mistake());
  }

  private static String found(@Nullable FirstDivergence divergence) {
    return divergence == null
        ? "no tensor"
        : "step %d, %s, %s"
            .formatted(divergence.step(), divergence.phase().id(), divergence.tensor());
  }

  private static String yes(boolean holds) {
    return holds ? "yes" : NO;
  }

  private Table sizes() {
    List<List<String>> rows = new ArrayList<>();
    report
        .byFault()
        .forEach(
            (fault, detections) -> {
              if (detections.size() > 1) {
                rows.add(
                    List.of(
                        fault.id(),
                        String.join(
                            ", ", detections.stream().map(DetectionReport::amount).toList()),
                        smallest(detections, Detection::detected),
                        smallest(
                            detections,
                            detection ->
                                detection.detectors().containsKey(Detector.FINAL_ACCURACY))));
              }
            });
    return new Table(
        List.of("fault", "sizes", "smallest detected", "smallest seen in final accuracy"), rows);
  }

  private static String smallest(List<Detection> detections, Predicate<Detection> noticed) {
    return detections.stream().filter(noticed).map(DetectionReport::amount).findFirst().orElse(NO);
  }

  private static String amount(Detection detection) {
    return detection.size().amount();
  }

  private Table sensitivity() {
    return new Table(
        List.of("x", "caught", "gradients"),
        report.sensitivity().stream()
            .map(
                sensitivity ->
                    List.of(
                        String.format(Locale.ROOT, "%.0e", sensitivity.excess()),
                        Long.toString(sensitivity.caught()),
                        Long.toString(sensitivity.gradients())))
            .toList());
  }

  private Table falseAlarms() {
    return new Table(
        List.of("correct candidate", "comparisons", "alarms"),
        report.falseAlarms().stream()
            .map(
                alarms ->
                    List.of(
                        alarms.candidate(),
                        Integer.toString(alarms.runs()),
                        alarms.alarms().isEmpty() ? "none" : String.join("; ", alarms.alarms())))
            .toList());
  }
}
