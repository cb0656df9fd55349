package dev.lockstep.experiments.report;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.experiments.verify.ConventionResult;
import dev.lockstep.experiments.verify.Draws;
import dev.lockstep.experiments.verify.PartResult;
import dev.lockstep.experiments.verify.PartResult.Largest;
import dev.lockstep.experiments.verify.Row;
import dev.lockstep.experiments.verify.VerifyResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What verifying everything came to, on the screen: the verdict first, then the tables. */
public final class VerifyText {

  private VerifyText() {}

  /**
   * @param coloured whether to use the terminal's colours
   * @param report the file that holds all of it
   */
  public static String write(VerifyResult result, boolean coloured, Path report) {
    Failure failure = result.failure();
    return String.join(
        "\n",
        "%s  %s in %s each; %s; %s"
            .formatted(
                Colour.of(result.verdict()).paint(result.verdict().name(), coloured),
                Numbers.counted(result.parts().size(), "part"),
                Numbers.counted(result.steps(), "step"),
                Numbers.counted(result.initialValues().size(), "sample of initial values"),
                Numbers.counted(result.conventions().size(), "convention")),
        failure == null ? "" : "  First: " + failure.message() + "\n",
        "Differences are |reference − candidate| ÷ max(1, largest magnitude), the largest of all"
            + " steps and tensors.",
        parts(result.parts()).text(),
        initialValues(result.initialValues()).text(),
        conventions(result.conventions()).text(),
        "Compared   %s of %s"
            .formatted(
                Numbers.count(result.coverage().compared()),
                Numbers.counted(result.coverage().expected(), "tensor")),
        "Time       " + Numbers.seconds(result.timing().seconds()),
        "Report     " + report + "\n");
  }

  private static Table parts(List<PartResult> parts) {
    List<String> header = new ArrayList<>(List.of("part", "candidate", "precision"));
    for (Phase phase : Phase.values()) {
      header.add(phase.id());
    }
    header.addAll(List.of("error ÷ floor", ""));
    return new Table(header, parts.stream().map(VerifyText::cells).toList());
  }

  private static List<String> cells(PartResult part) {
    List<String> cells = new ArrayList<>();
    cells.add(part.kind() + " " + part.name());
    cells.add(part.candidate());
    cells.add(part.precision());
    for (Phase phase : Phase.values()) {
      Largest largest = part.worst().get(phase);
      cells.add(largest == null ? "–" : Numbers.rounded(largest.difference()));
    }
    cells.add(Numbers.rounded(part.errorOverFloor()));
    Largest exception = part.exception();
    cells.add(
        exception == null
            ? verdict(part)
            : "%s; exception: bias before batchNorm, %s in %s"
                .formatted(
                    verdict(part), Numbers.rounded(exception.difference()), exception.tensor()));
    return cells;
  }

  private static String verdict(Row row) {
    return row.verdict() == Verdict.AGREE ? "ok" : "NOT OK: " + row.failure();
  }

  private static Table initialValues(List<Draws> all) {
    return new Table(
        List.of(
            "initial values",
            "drawn by",
            "number",
            "mean",
            "(p)",
            "deviation",
            "expected",
            "(p)",
            "distance",
            "(p)",
            ""),
        all.stream().map(VerifyText::cells).toList());
  }

  private static List<String> cells(Draws draws) {
    return List.of(
        draws.initial() + ", " + draws.weights(),
        draws.drawnBy(),
        Numbers.count(draws.count()),
        Numbers.rounded(draws.mean()),
        Numbers.rounded(draws.meanPValue()),
        Numbers.rounded(draws.deviation()),
        Numbers.rounded(draws.exactDeviation()),
        Numbers.rounded(draws.deviationPValue()),
        Numbers.rounded(draws.distance()),
        Numbers.rounded(draws.distancePValue()),
        verdict(draws));
  }

  private static Table conventions(List<ConventionResult> all) {
    return new Table(
        List.of("convention", "DL4J's way", "the book's", "at most", "shown by", ""),
        all.stream().map(VerifyText::cells).toList());
  }

  private static List<String> cells(ConventionResult convention) {
    return List.of(
        convention.id(),
        Numbers.rounded(convention.dl4jsWay()),
        Numbers.rounded(convention.booksWay()),
        Numbers.rounded(convention.nothing()),
        convention.shownBy(),
        verdict(convention));
  }
}
