package dev.lockstep.report;

import dev.lockstep.core.result.Attribution;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.RunResult.ExperimentInfo;
import dev.lockstep.core.result.RunResult.Implementation;
import dev.lockstep.core.result.Solo;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.rounding.DeclaredTolerance;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.wording.Findings;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.report.statistics.PairedStatistics;
import dev.lockstep.report.summary.Summary;
import dev.lockstep.report.summary.Summary.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What results say, in the same words in every report. */
final class Wording {

  private static final String FLOOR =
      "The noise floor is how far rounding alone carries two correct computations, as measured; differences of up to %s × the noise floor are accepted as rounding."
          .formatted(Numbers.rounded(Tolerance.MAX_ERROR_OVER_FLOOR));

  private static final String RELATIVE =
      "Relative differences are those of single elements: near 0 they may be large though nothing is wrong.";

  /** What judges where no tensor can be compared. */
  static final String APART =
      "Judged by the test accuracies over at least %d seeds (--seeds 1..10), against the margin in the experiment file."
          .formatted(PairedStatistics.SEEDS_TO_TEST);

  private Wording() {}

  /** Returns how many steps were taken, and of how many if the run ended before its time. */
  static String steps(ExperimentInfo experiment) {
    return experiment.steps() == experiment.plannedSteps()
        ? Numbers.counted(experiment.steps(), "step")
        : "%d of %s"
            .formatted(experiment.steps(), Numbers.counted(experiment.plannedSteps(), "step"));
  }

  /** Returns what the number says on which a verdict rests. */
  static String floor(@Nullable DeclaredTolerance declared) {
    return declared == null
        ? FLOOR
        : "The tolerance is declared by the experiment, not measured: %s × max(1, largest magnitude) of a tensor, %s of an accuracy; a floor stands for a hundredth of it."
            .formatted(
                Numbers.rounded(declared.parameters()), Numbers.rounded(declared.accuracy()));
  }

  /** Returns what the numbers on the differences say, for all runs of a summary. */
  static String differences(Summary summary) {
    return Stream.concat(
            summary.variants().stream()
                .map(variant -> variant.experiment().declaredTolerance())
                .map(Wording::floor)
                .distinct(),
            Stream.of(RELATIVE))
        .collect(Collectors.joining(" "));
  }

  /** Returns one sentence: what was found. */
  static String headline(Summary summary) {
    if (summary.runs().size() == 1) {
      return headline(summary.runs().get(0));
    }
    if (summary.drewApart()) {
      return apart(summary.verdict());
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
      return Findings.headline(failure);
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
      case UNDECIDED -> "Undecided: " + run.undecided() + ".";
      case NOTHING_COMPARED ->
          run.drewApart()
              ? "Each side drew for itself: nothing can be compared number by number."
              : "Not a single tensor was compared%s."
                  .formatted(run.undecided().isEmpty() ? "" : ": " + run.undecided());
    };
  }

  private static String apart(Verdict verdict) {
    return switch (verdict) {
      case AGREE -> "Each side drew for itself, and over the seeds they are equally good.";
      case DIFFER -> "Each side drew for itself, and over the seeds they are not equally good.";
      default ->
          "Each side drew for itself, and the seeds do not decide whether they are equally good.";
    };
  }

  /**
   * Returns what the verdict means to the reader; of several runs, what is wrong with the worst.
   */
  static String meaning(Summary summary) {
    Run failed = summary.failed();
    if (summary.drewApart()) {
      return APART;
    }
    if (failed == null) {
      if (summary.verdict() != Verdict.AGREE) {
        return Findings.meaning(summary.verdict(), null);
      }
      return summary.runs().stream().allMatch(run -> run.coverage().expected() == 0)
          ? PREDICTED
          : agreement(
              summary.variants().stream()
                  .map(variant -> variant.experiment().declaredTolerance())
                  .toList());
    }
    String meaning = Findings.meaning(failed.verdict(), failed.failure());
    return summary.runs().size() == 1
        ? meaning
        : "%s, seed %d: %s %s".formatted(failed.title(), failed.seed(), headline(failed), meaning);
  }

  /** What it means that a run of no steps agrees. */
  static final String PREDICTED =
      "No step was taken: of every test sample both sides predict the same, but for rounding.";

  /** Returns one sentence: what it means that a run agrees. */
  static String agreement(List<@Nullable DeclaredTolerance> tolerances) {
    if (tolerances.stream().allMatch(Objects::isNull)) {
      return Findings.meaning(Verdict.AGREE, null);
    }
    return tolerances.stream().allMatch(Objects::nonNull)
        ? "Every tensor that was compared lies within the tolerance that the experiment declares."
        : "Every tensor that was compared lies within the noise of rounding, or within the tolerance"
            + " where its experiment declares one.";
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
            : attribution.remainder() == null
                ? "With %s in the book's way no difference is left in the whole run."
                    .formatted(String.join(", ", explanation))
                : "%s, but with %s in the book's way this is left of the whole run: %s"
                    .formatted(
                        explanation.isEmpty()
                            ? "No convention shows in "
                                + Numbers.counted(attribution.steps(), "step")
                            : "%s explain %s"
                                .formatted(
                                    String.join(", ", explanation),
                                    Numbers.counted(attribution.steps(), "step")),
                        explanation.isEmpty() ? "all" : "them",
                        attribution.remainder()));
    lines.add(
        "Largest error ÷ floor over %s of %s: %s in all, %s with every convention in the book's way"
            .formatted(
                Numbers.counted(attribution.steps(), "step"),
                Numbers.counted(attribution.batchSize(), "sample"),
                Numbers.rounded(attribution.total()),
                Numbers.rounded(attribution.unexplained())));
    attribution
        .ownEffects()
        .forEach(
            (convention, effect) ->
                lines.add("  %s by itself: %s".formatted(convention, Numbers.rounded(effect))));
    if (explanation != null) {
      for (String convention : explanation) {
        Attribution.Formulas formulas = attribution.formulas().get(convention);
        if (formulas != null) {
          lines.add("%s (%s):".formatted(convention, formulas.topic()));
          lines.add("  the book: " + formulas.book());
          lines.add("  Deeplearning4j: " + formulas.dl4j());
        }
      }
    }
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

  /** Returns one sentence: what was compared and what was not. */
  static String coverage(Coverage coverage) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s of %s compared, %s judged, %s in %s"
            .formatted(
                Numbers.count(coverage.compared()),
                Numbers.counted(coverage.expected(), "tensor"),
                Numbers.count(coverage.judged()),
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
        ? "not reached: the free-running reading is judged throughout"
        : "step %s: from there on rounding alone sets free-running sides apart; single steps and layers are judged"
            .formatted(Numbers.count(horizon));
  }
}
