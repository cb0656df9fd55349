package dev.lockstep.report;

import dev.lockstep.core.diagnosis.Cause;
import dev.lockstep.core.result.FiniteDifferenceCheck;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult.Implementation;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.wording.Findings;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.report.Page.Next;
import dev.lockstep.report.summary.Summary;
import dev.lockstep.report.summary.Summary.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a reader of the page needs before anything else: the cause, where it is, what to do next.
 */
final class FirstScreen {

  private static final String COMPARE = "./lockstep compare";

  /** Fewer than six decide nothing, as {@link dev.lockstep.report.statistics.PairedTest} tells. */
  private static final int SEEDS = 10;

  /** Seeded faults, programs, what was recorded, and what is a test already. */
  private static final Pattern BEYOND_A_TEST =
      Pattern.compile(
          "fault:|--reproduce|--record|--reference|--candidate-command|--candidate[= ](numpy|pytorch)");

  private static final Pattern OUTPUT = Pattern.compile(" --output(=| +)('[^']*'|\"[^\"]*\"|\\S+)");

  private FirstScreen() {}

  /**
   * A line of the table of verdicts.
   *
   * @param meaning one sentence
   */
  record VerdictMeaning(Verdict verdict, String meaning, int exitCode) {}

  /** Returns every verdict with what it means and what the command line exits with. */
  static List<VerdictMeaning> verdicts() {
    return Stream.of(Verdict.values())
        .map(
            verdict ->
                new VerdictMeaning(verdict, Findings.meaning(verdict, null), verdict.exitCode()))
        .toList();
  }

  /** Returns one sentence: what most likely makes the sides differ; empty where nothing differs. */
  static String cause(@Nullable Run failed) {
    FirstDivergence first = failed == null ? null : failed.firstDivergence();
    return failed == null || first == null ? "" : cause(first, failed.implementations());
  }

  static String cause(FirstDivergence first, List<Implementation> sides) {
    return about(first.layer(), first.diagnosis())
        + wrongSide(first.finiteDifferenceCheck(), sides)
        + ".";
  }

  private static String about(String layer, @Nullable String diagnosis) {
    if (diagnosis == null) {
      return "No known cause explains it";
    }
    return "%s, in %s: %s"
        .formatted(Cause.isHint(diagnosis) ? "Hint" : "Confirmed cause", layer, diagnosis);
  }

  private static String wrongSide(
      @Nullable FiniteDifferenceCheck check, List<Implementation> sides) {
    if (check == null) {
      return "";
    }
    return switch (check.judgement()) {
      case REFERENCE_WRONG -> wrong(sides.get(0).name());
      case CANDIDATE_WRONG -> wrong(sides.get(1).name());
      case BOTH_WRONG -> "; by finite differences the gradients of both sides are wrong";
      case UNDECIDED -> "";
    };
  }

  private static String wrong(String side) {
    return "; by finite differences the gradient of %s is the wrong one".formatted(side);
  }

  /** Returns where a run first differs, as names and values; empty where it does not. */
  static List<List<String>> where(@Nullable Run failed) {
    FirstDivergence first = failed == null ? null : failed.firstDivergence();
    if (failed == null || first == null) {
      return List.of();
    }
    List<List<String>> facts = new ArrayList<>();
    facts.add(List.of("step, phase", Numbers.count(first.step()) + ", " + first.phase().id()));
    facts.add(List.of("layer", first.layer()));
    facts.add(
        List.of(
            "tensor",
            first.index().isEmpty()
                ? first.tensor()
                : "%s%s; %s of %s differ"
                    .formatted(
                        first.tensor(),
                        Findings.at(", element ", first.index()),
                        Numbers.count(first.mismatched()),
                        Numbers.counted(first.elements(), "element"))));
    facts.add(List.of(failed.implementations().get(0).name(), Numbers.exact(first.reference())));
    facts.add(List.of(failed.implementations().get(1).name(), Numbers.exact(first.candidate())));
    facts.add(
        List.of(
            "error ÷ noise floor",
            "%s; up to %s is accepted as rounding"
                .formatted(
                    Numbers.rounded(first.errorOverFloor()),
                    Numbers.rounded(Tolerance.MAX_ERROR_OVER_FLOOR))));
    facts.add(List.of("which side is wrong", side(first, failed.implementations())));
    return facts;
  }

  private static String side(FirstDivergence first, List<Implementation> sides) {
    FiniteDifferenceCheck check = first.finiteDifferenceCheck();
    if (check == null) {
      return "not told: finite differences judge gradients alone; the reference computes the formula of this part";
    }
    return switch (check.judgement()) {
      case REFERENCE_WRONG -> sides.get(0).name() + ", by finite differences of its own loss";
      case CANDIDATE_WRONG -> sides.get(1).name() + ", by finite differences of its own loss";
      case BOTH_WRONG -> "both, by finite differences of their own losses";
      case UNDECIDED -> "not told by finite differences: " + check.reason();
    };
  }

  /** Returns what to type next, the most useful first. */
  static List<Next> next(Summary summary) {
    String again = again(summary.command());
    List<Next> next = new ArrayList<>();
    boolean single = summary.runs().size() == 1;
    switch (summary.verdict()) {
      case DIFFER -> {
        if (single && canBeWrittenAsATest(again)) {
          next.add(
              new Next("Write the layer that differs as a JUnit test:", again + " --reproduce"));
        }
        if (single && again.startsWith(COMPARE) && !again.contains("--fail-fast")) {
          next.add(new Next("Mend it, and see how far it is right then:", again + " --fail-fast"));
        }
      }
      case EXPLAINED -> {
        next.add(
            new Next(
                "Set Deeplearning4j to the book's formulas:",
                again.replaceAll(" --alignment(=| +)stock\\b", "")));
        next.add(new Next("Read every convention:", "./lockstep list conventions"));
      }
      case AGREE -> {
        if (single && again.startsWith(COMPARE) && !again.contains("--seed")) {
          next.add(new Next("See whether it holds for other seeds:", again + " --seeds 1..5"));
        }
      }
      case UNDECIDED -> {
        if (again.contains("--own-draws")) {
          next.add(moreSeeds(again, 2 * summary.runs().size()));
        } else if (again.startsWith(COMPARE) && !again.contains("--observe-every")) {
          next.add(
              new Next(
                  "Observe every step, so that more is judged:", again + " --observe-every 1"));
        }
      }
      case NOTHING_COMPARED -> {
        if (again.contains("--own-draws") && !again.contains("--seeds")) {
          next.add(moreSeeds(again, SEEDS));
        }
      }
      default -> {}
    }
    next.add(new Next("Repeat it:", again));
    return next;
  }

  private static Next moreSeeds(String again, int seeds) {
    return new Next(
        "Where each side draws, judge by more seeds:",
        again.replaceAll(" --seeds(=| +)\\S+", "") + " --seeds 1.." + Math.max(seeds, SEEDS));
  }

  /** Returns whether a comparison is one of two sides that a test in Java can build. */
  static boolean canBeWrittenAsATest(String again) {
    return again.startsWith(COMPARE) && !BEYOND_A_TEST.matcher(again).find();
  }

  /** Returns a command without its output: a repeated run must not write over the first. */
  static String again(String command) {
    String bare = OUTPUT.matcher(command).replaceAll("");
    return bare.startsWith("lockstep ") ? "./" + bare : bare;
  }
}
