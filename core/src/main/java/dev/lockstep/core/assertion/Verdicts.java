package dev.lockstep.core.assertion;

import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.wording.Findings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a comparison means to an assertion. */
final class Verdicts {

  private Verdicts() {}

  /**
   * @throws AssertionError if the two sides do not agree, in the words of the command line
   */
  static void requireAgreement(Outcome outcome) {
    requireAgreement(outcome, outcome.firstDivergence());
  }

  /**
   * @param first in place of the outcome's own
   * @throws AssertionError if the two sides do not agree, in the words of the command line
   */
  static void requireAgreement(Outcome outcome, @Nullable FirstDivergence first) {
    Failure failure = outcome.failure();
    if (failure == null) {
      return;
    }
    List<String> lines = new ArrayList<>();
    lines.add(Findings.headline(failure));
    lines.add(Findings.meaning(outcome.verdict(), failure));
    if (first != null) {
      lines.add("");
      lines.add("First divergence");
      Findings.divergence(
              first,
              outcome.implementations().get(0).name(),
              outcome.implementations().get(1).name())
          .forEach(line -> lines.add("  " + line));
    }
    throw new AssertionError(String.join("\n", lines));
  }
}
