package dev.lockstep.experiments.faults.detection;

import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.experiments.faults.detection.Detection.Told;
import dev.lockstep.experiments.faults.seeded.Fault;
import dev.lockstep.report.Page;
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
        One tensor times 1 + x, the smallest x that is found
        %s
        %s
        %s  %s
        Report     %s
        """
        .formatted(
            faults(false).text(),
            sizes().text(),
            smallest().text(),
            falseAlarms().text(),
            report.verdict(),
            summary(),
            written.stream().map(Path::toString).collect(Collectors.joining(", ")));
  }

  /** Returns the page of a browser. */
  Page page(String command) {
    return new Page(
        "What the comparison can see",
        report.verdict().name(),
        report.verdict().exitCode() == 0,
        summary(),
        "Each fault is a mistake that a person can make, seeded into the scratch implementation.",
        List.of(new Page.Next("Measure it again:", command)),
        List.of(
            new Page.Section(
                "faults", "Faults", List.of(Page.Rows.of("Ordinary size", faults(false)))),
            new Page.Section(
                "sizes", "Sizes", List.of(Page.Rows.of("Smallest size detected", sizes()))),
            new Page.Section(
                "smallest",
                "Sensitivity",
                List.of(
                    Page.Rows.of(
                        "One tensor times 1 + x, the smallest x that is found", smallest()))),
            new Page.Section(
                "false-alarms",
                "False alarms",
                List.of(Page.Rows.of("False alarms", falseAlarms())))));
  }

  /** Returns the page {@code docs/detection.md}. */
  public String markdown() {
    return """
        # What the comparison can see

        This page is written by `./lockstep verify --faults`; a change made by hand is lost.

        Each row below is a mistake that a person can make, seeded into the scratch implementation, which is
        then compared with itself without the mistake: the same initial values, batches and masks, %d steps on
        synthetic digits, whose background is exactly 0 as MNIST's is. The first eight were published by readers of
        the book; %d were reported in public, where *reported* says. The last column of the first table is the same
        on smooth images, of which no two neighbouring pixels are equal.

        %s

        ## Every fault at its ordinary size

        *Found* is the first place that the comparison names and *by* the reading that judged it, *located* whether
        phase and layer are where the mistake really is, *cause* what is told of it: the right one, *confirmed* on all
        tensors of three steps or as a *hint*, *none*, or a *wrong* one. The next five columns are other
        ways to notice it, with the step after which each does:

        - **forward**: outputs, loss or prediction of the first step lie further apart than rounding explains;
        - **gradients**: gradients of the first step do;
        - **parameters**: parameters, optimizer state or running statistics do after one of the first three steps;
        - **loss curve**: the mean loss of ten steps differs by more than 1 %%;
        - **accuracy**: test accuracy after the last step differs by more than two standard deviations over seeds,
          and by at least one point (%s).

        %s
        ## What is told

        %s
        ## Smallest size detected

        %s
        ## The smallest error

        One tensor after another, of every network, is multiplied by 1 + x in one step. *x* is the smallest power of
        ten that is found in every tensor of the kind, and at the right place; *in float* the candidate is judged as
        one that computes in float. Tensors that are nothing but rounding (the gradient of a bias in front of a batch
        normalization) are left out.

        %s
        ## False alarms

        %s"""
        .formatted(
            report.steps(),
            report.ordinary().stream()
                .filter(detection -> !detection.fault().report().isEmpty())
                .count(),
            summary(),
            accuracyLimits(),
            faults(true).markdown(),
            causes().markdown(),
            sizes().markdown(),
            smallest().markdown(),
            falseAlarms().markdown());
  }

  private String summary() {
    int all = report.ordinary().size();
    List<Detection> smooth = report.smoothChanged();
    return ("Of %d faults of ordinary size %d are detected and %d located in the right phase and layer. The"
            + " cause is confirmed for %d, a hint for %d, not told for %d and wrong for %d. On smooth images %d of"
            + " them change something; of these %d are detected, %d located, and of %d the cause is confirmed, of"
            + " %d wrong. Final accuracy alone would have missed %d of them, the loss curve %d.")
        .formatted(
            all,
            report.detected(),
            report.located(),
            report.told(Told.CONFIRMED),
            report.told(Told.HINT),
            report.told(Told.NONE),
            report.told(Told.WRONG),
            smooth.size(),
            smooth.stream().filter(Detection::detected).count(),
            smooth.stream().filter(Detection::located).count(),
            smooth.stream().filter(detection -> detection.told() == Told.CONFIRMED).count(),
            smooth.stream().filter(detection -> detection.told() == Told.WRONG).count(),
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
    header.addAll(List.of("found", "by", "located", "cause"));
    Arrays.stream(Detector.values()).map(Detector::title).forEach(header::add);
    header.add("smooth");
    return new Table(
        header, report.ordinary().stream().map(detection -> row(detection, described)).toList());
  }

  private Table causes() {
    return new Table(
        List.of("fault", "reported", "cause", "what is told"),
        report.ordinary().stream()
            .map(
                detection ->
                    List.of(
                        detection.fault().id(),
                        detection.fault().report().isEmpty() ? NO : detection.fault().report(),
                        detection.told().word(),
                        detection.divergence() == null || detection.divergence().diagnosis() == null
                            ? NO
                            : detection.divergence().diagnosis()))
            .toList());
  }

  /** The same fault on smooth images. */
  private String smooth(Fault fault) {
    return report.smooth().stream()
        .filter(detection -> detection.fault().id().equals(fault.id()))
        .map(
            detection ->
                !detection.changes()
                    ? "changes nothing"
                    : detection.located() ? detection.told().word() : "elsewhere")
        .findFirst()
        .orElse(NO);
  }

  private List<String> row(Detection detection, boolean described) {
    Fault fault = detection.fault();
    List<String> row = new ArrayList<>(List.of(fault.id()));
    if (described) {
      row.addAll(List.of(mistake(detection), fault.base().id()));
    }
    row.add(detection.detected() ? found(detection.divergence()) : NO);
    FirstDivergence divergence = detection.divergence();
    row.add(divergence == null ? NO : divergence.reading().id());
    row.add(yes(detection.located()));
    row.add(detection.told().word());
    for (Detector detector : Detector.values()) {
      Long step = detection.detectors().get(detector);
      row.add(step == null ? NO : step.toString());
    }
    row.add(smooth(fault));
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

  private Table smallest() {
    return new Table(
        List.of("tensor", "tensors", "left out", "x in double", "x in float"),
        report.smallest().stream()
            .map(
                kind ->
                    List.of(
                        "%s, %s, %s".formatted(kind.phase().id(), kind.part(), kind.tensor()),
                        Long.toString(kind.tensors()),
                        Long.toString(kind.leftOut()),
                        factor(kind, kind.inDouble()),
                        factor(kind, kind.inFloat())))
            .toList());
  }

  private static String factor(SmallestFault kind, double factor) {
    if (kind.tensors() == 0) {
      return NO;
    }
    return Double.isInfinite(factor) ? "none" : String.format(Locale.ROOT, "%.0e", factor);
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
