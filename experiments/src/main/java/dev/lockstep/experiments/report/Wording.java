package dev.lockstep.experiments.report;

import dev.lockstep.core.compare.Tolerance;
import dev.lockstep.core.result.Attribution;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult.ExperimentInfo;
import dev.lockstep.core.result.RunResult.Implementation;
import dev.lockstep.core.result.Solo;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.experiments.report.Summary.Run;
import dev.lockstep.experiments.statistics.Interval;
import dev.lockstep.experiments.statistics.PairedStatistics;
import dev.lockstep.experiments.statistics.PairedTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What results say, in the same words in every report. */
final class Wording {

  /** Under what all statistics over seeds hold. */
  static final String CONDITION =
      "All of this is conditional on this split of the data: the seeds change initial values, order"
          + " and masks, not which images there are to train and to test on.";

  /** What the number says on which every verdict rests. */
  static final String FLOOR =
      "The floor is how far rounding alone carries two correct computations, measured; up to %s floors count as rounding."
          .formatted(Numbers.rounded(Tolerance.MAX_ERROR_OVER_FLOOR));

  static final String RELATIVE =
      "Relative differences are those of single elements: near 0 they may be large though nothing is wrong.";

  private Wording() {}

  /** Returns how many steps were taken, and of how many if the run ended before its time. */
  static String steps(ExperimentInfo experiment) {
    return experiment.steps() == experiment.plannedSteps()
        ? Numbers.counted(experiment.steps(), "step")
        : "%d of %s"
            .formatted(experiment.steps(), Numbers.counted(experiment.plannedSteps(), "step"));
  }

  /** Returns one sentence: what was found. */
  static String headline(Summary summary) {
    if (summary.runs().size() == 1) {
      return headline(summary.runs().get(0));
    }
    return Numbers.counted(summary.runs().size(), "run")
        + ": "
        + summary.verdicts().entrySet().stream()
            .map(count -> Numbers.count(count.getValue()) + " " + count.getKey())
            .collect(Collectors.joining(", "))
        + ".";
  }

  /** Returns one sentence: what was found. */
  static String headline(Run run) {
    Failure failure = run.failure();
    if (failure != null) {
      return sentence(failure.message());
    }
    String sides =
        run.implementations().stream()
            .map(Implementation::name)
            .collect(Collectors.joining(" and "));
    return switch (run.verdict()) {
      case AGREE -> sides + " agree.";
      case DIVERGED_ALIKE -> sides + " left the finite numbers at the same step and tensor.";
      case EXPLAINED -> sides + " differ, and known conventions explain all of it.";
      case DIFFER -> sides + " differ.";
      case NOTHING_COMPARED -> "Not a single tensor was compared.";
    };
  }

  private static String sentence(String message) {
    return Character.toUpperCase(message.charAt(0)) + message.substring(1) + ".";
  }

  /**
   * Returns what the verdict means to the reader; of several runs, what is wrong with the worst.
   */
  static String meaning(Summary summary) {
    Run failed = summary.failed();
    if (failed == null) {
      return meaning(summary.verdict(), null);
    }
    Failure failure = failed.failure();
    String meaning = meaning(failed.verdict(), failure == null ? null : failure.kind());
    return summary.runs().size() == 1
        ? meaning
        : "%s, seed %d: %s %s".formatted(failed.title(), failed.seed(), headline(failed), meaning);
  }

  /** Returns one sentence: what the verdict means to the reader. */
  static String meaning(Verdict verdict, Failure.@Nullable Kind kind) {
    return switch (verdict) {
      case AGREE ->
          "Every tensor that was compared lies within the noise of rounding: the two compute the"
              + " same.";
      case DIVERGED_ALIKE ->
          "The experiment says that every correct implementation must do so; the two compute the"
              + " same.";
      case EXPLAINED ->
          "With the named switches set to the book's conventions no difference is left.";
      case NOTHING_COMPARED -> "That is no agreement: widen the selection.";
      case DIFFER -> failed(kind == null ? Failure.Kind.DIFFERENCE : kind);
    };
  }

  private static String failed(Failure.Kind kind) {
    return switch (kind) {
      case DIFFERENCE ->
          "That is more than rounding can explain: from here on the two do not compute the same.";
      case NON_FINITE ->
          "A number that is not finite, on one side only or where the experiment does not foresee"
              + " it, is a fault of its own kind.";
      case MISSING_TENSOR ->
          "What only one side shows cannot be compared, and that does not count as agreement.";
      case SHORTER_RUN ->
          "What one side alone did cannot be compared, and that does not count as agreement.";
    };
  }

  /** Returns what is known of the first divergence, a line each, the most telling first. */
  static List<String> divergence(FirstDivergence found, String reference, String candidate) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Step %s, %s, layer %s, tensor %s (%s reading)"
            .formatted(
                Numbers.count(found.step()),
                found.phase().id(),
                found.layer(),
                found.tensor(),
                found.reading().id()));
    lines.add(
        "Mismatched elements: %s / %s (%s)"
            .formatted(
                Numbers.count(found.mismatched()),
                Numbers.count(found.elements()),
                Numbers.percent(found.mismatchedShare())));
    lines.add(
        "Greatest absolute difference: %s at index %s (up to %s allowed)"
            .formatted(
                Numbers.rounded(found.error()),
                index(found.index()),
                Numbers.rounded(found.allowed())));
    lines.add("  %s: %s".formatted(reference, found.reference()));
    lines.add("  %s: %s".formatted(candidate, found.candidate()));
    lines.add("Relative difference there: " + Numbers.rounded(found.relativeError()));
    lines.add(
        "Measured floor: %s; error ÷ floor: %s"
            .formatted(Numbers.rounded(found.floor()), Numbers.rounded(found.errorOverFloor())));
    lines.add(
        "Smallest tolerance that would have passed: %s absolute, %s floors"
            .formatted(Numbers.rounded(found.error()), Numbers.rounded(found.errorOverFloor())));
    String diagnosis = found.diagnosis();
    lines.add("Diagnosis: " + (diagnosis == null ? "none of the known ones fits" : diagnosis));
    return lines;
  }

  /** Returns what explains a stock comparison: the set first, then each convention by itself. */
  static List<String> attribution(@Nullable Attribution attribution) {
    if (attribution == null) {
      return List.of();
    }
    List<String> explanation = attribution.explanation();
    List<String> lines = new ArrayList<>();
    lines.add(
        explanation == null
            ? "Nothing in the convention ledger explains it."
            : "With %s in the book's way no difference is left."
                .formatted(String.join(", ", explanation)));
    lines.add(
        "Largest error ÷ floor over the first %s: %s in all, %s with every convention in the book's way"
            .formatted(
                Numbers.counted(attribution.steps(), "step"),
                Numbers.rounded(attribution.total()),
                Numbers.rounded(attribution.unexplained())));
    attribution
        .ownEffects()
        .forEach(
            (convention, effect) ->
                lines.add("  %s by itself: %s".formatted(convention, Numbers.rounded(effect))));
    return lines;
  }

  /** Returns one sentence on a tensor that lies too far apart. */
  static String beyond(@Nullable TensorReading reading) {
    return reading == null
        ? "lies further apart than rounding explains"
        : "step %s, %s reading: difference %s is %s times the floor"
            .formatted(
                Numbers.count(reading.step()),
                reading.reading().id(),
                Numbers.rounded(reading.maxAbs()),
                Numbers.rounded(reading.errorOverFloor()));
  }

  private static String index(List<Integer> index) {
    return index.stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
  }

  /** Returns one sentence: what was compared and what was not. */
  static String coverage(Coverage coverage) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s of %s compared, %s in %s"
            .formatted(
                Numbers.count(coverage.compared()),
                Numbers.counted(coverage.expected(), "tensor"),
                Numbers.counted(coverage.elements(), "number"),
                Numbers.counted(coverage.steps(), "observed step")));
    text.append("; ").append(Numbers.count(coverage.skipped())).append(" skipped");
    if (!coverage.skippedBecause().isEmpty()) {
      text.append(
          coverage.skippedBecause().entrySet().stream()
              .map(Wording::reason)
              .collect(Collectors.joining(", ", " (", ")")));
    }
    return text.append("; ")
        .append(Numbers.count(coverage.oneSided()))
        .append(" on one side only")
        .toString();
  }

  /** Returns one sentence: how the reference went on alone; empty if it did not. */
  static String solo(@Nullable Solo solo) {
    if (solo == null) {
      return "";
    }
    return "%s alone went on to step %s, loss %s, test accuracy %s; nothing was compared after step %s"
        .formatted(
            solo.side(),
            Numbers.count(solo.to()),
            Numbers.rounded(solo.trainLoss()),
            Numbers.percent(solo.last().test()),
            Numbers.count(solo.from() - 1));
  }

  private static String reason(Map.Entry<String, Long> reason) {
    return "%s a step: %s".formatted(Numbers.count(reason.getValue()), reason.getKey());
  }

  /** Returns one sentence: until where single elements can be compared. */
  static String horizon(@Nullable Long horizon) {
    return horizon == null
        ? "not reached: all readings judge"
        : "step %s: from there on rounding alone sets the sides apart, and only local readings judge"
            .formatted(Numbers.count(horizon));
  }

  /** Returns what several seeds say of a measure, the plainest first and p last. */
  static List<String> statistics(
      String measure, String reference, String candidate, PairedStatistics found) {
    String seeds = Numbers.counted(found.seeds(), "seed");
    if (found.identical()) {
      return List.of(
          "Identical in all %s, but for rounding.".formatted(seeds),
          ranges(reference, candidate, found));
    }
    PairedTest test = found.test();
    if (test == null) {
      String why =
          found.seeds() < PairedStatistics.SEEDS_TO_TEST
              ? "%s are too few to test: with fewer than %d no p reaches %s, whatever the values."
                  .formatted(
                      seeds, PairedStatistics.SEEDS_TO_TEST, Numbers.rounded(PairedTest.LEVEL))
              : "Not tested: a %s is not finite.".formatted(measure);
      return List.of(why, ranges(reference, candidate, found), wins(candidate, found));
    }
    return List.of(
        conclusion(candidate, test, seeds),
        "%s − %s: %s on average, 95 %% interval %s."
            .formatted(
                candidate,
                reference,
                Numbers.rounded(test.meanDifference()),
                interval(test.interval())),
        wins(candidate, found),
        ranges(reference, candidate, found),
        "A difference of %s would most likely have shown with %s (four times out of five)."
            .formatted(Numbers.rounded(test.detectable()), seeds),
        p(test, seeds));
  }

  private static String conclusion(String candidate, PairedTest test, String seeds) {
    PairedTest.Equivalence equivalence = test.equivalence();
    boolean zeroInside = test.interval().contains(0);
    String direction = test.meanDifference() > 0 ? "higher" : "lower";
    if (equivalence == null) {
      return zeroInside
          ? "No difference shows; whether they are equally good cannot be said, since no margin was"
              + " fixed before the run."
          : "%s is %s by more than chance explains.".formatted(candidate, direction);
    }
    String margin = "±" + Numbers.rounded(equivalence.margin());
    if (equivalence.equivalent()) {
      return "Equally good: the two lie within %s of each other, the margin fixed before the run."
          .formatted(margin);
    }
    return zeroInside
        ? "Undecided: %s are too few to say that the two lie within %s of each other."
            .formatted(seeds, margin)
        : "Not shown to be equally good: %s is %s, and not surely within %s."
            .formatted(candidate, direction, margin);
  }

  private static String ranges(String reference, String candidate, PairedStatistics found) {
    return side(reference, found.reference()) + "; " + side(candidate, found.candidate()) + ".";
  }

  private static String side(String name, PairedStatistics.Side side) {
    String range = "%s to %s".formatted(Numbers.rounded(side.low()), Numbers.rounded(side.high()));
    PairedStatistics.Spread spread = side.spread();
    return spread == null
        ? "%s: %s".formatted(name, range)
        : "%s: %s on average (95 %% interval %s by bootstrap), standard deviation %s, %s"
            .formatted(
                name,
                Numbers.rounded(spread.mean()),
                interval(spread.interval()),
                Numbers.rounded(spread.standardDeviation()),
                range);
  }

  private static String interval(Interval interval) {
    return "%s to %s".formatted(Numbers.rounded(interval.low()), Numbers.rounded(interval.high()));
  }

  private static String wins(String candidate, PairedStatistics found) {
    return "%s is the better %s, equal %s, the worse %s."
        .formatted(candidate, times(found.wins()), times(found.ties()), times(found.losses()));
  }

  private static String times(int n) {
    return n == 1 ? "once" : n + " times";
  }

  private static String p(PairedTest test, String seeds) {
    String difference =
        "p of the difference %s (flips of signs; the smallest that %s can reach is %s)"
            .formatted(
                Numbers.rounded(test.p()), seeds, Numbers.rounded(test.smallestAttainableP()));
    PairedTest.Equivalence equivalence = test.equivalence();
    return equivalence == null
        ? difference + "."
        : "%s; p of equivalence %s (two one-sided t tests)."
            .formatted(difference, Numbers.rounded(equivalence.p()));
  }
}
