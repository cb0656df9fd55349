package dev.lockstep.experiments.search.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.result.Curves.AccuracyPoint;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.experiments.search.space.Range;
import dev.lockstep.experiments.search.trial.Trial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ImportanceTest {

  /** Sums of a few squares of ranks in double. */
  private static final double ROUNDING = 1e-12;

  private static Trial trial(
      int number, Map<String, String> values, double reference, double other) {
    var last = new AccuracyPoint(1, 0, 0, reference, other, 3);
    return new Trial(
        number,
        Trial.State.COMPLETED,
        "",
        values,
        List.of(new Trial.Run(1, 1, 1, 0, 0, Verdict.AGREE, null, List.of(last))));
  }

  private static Map<String, Range> ranges() {
    Map<String, Range> ranges = new LinkedHashMap<>();
    ranges.put("noise", new Range.Choice(List.of("x", "y")));
    ranges.put("layer", new Range.Choice(List.of("a", "b")));
    ranges.put("rate", new Range.Uniform(0, 1));
    ranges.put("fixed", new Range.Whole(1, 1));
    return ranges;
  }

  /** Scores 1 to 12; a has the ranks 1–6 and b 7–12; x and y take turns. */
  private static List<Trial> trials() {
    List<Trial> trials = new ArrayList<>();
    for (int i = 1; i <= 12; i++) {
      Map<String, String> values =
          Map.of(
              "layer",
              i <= 6 ? "a" : "b",
              "noise",
              i % 4 < 2 ? "x" : "y",
              "rate",
              Double.toString(i / 12.0),
              "fixed",
              "1");
      trials.add(trial(i, values, i / 12.0, i / 12.0));
    }
    return trials;
  }

  @Test
  void theShareIsThatOfKruskalAndWallis() {
    List<Importance> importance = Importance.of(ranges(), trials());
    assertThat(importance).extracting(Importance::key).containsExactly("layer", "noise", "rate");
    // H = 12 ÷ (12·13) · (21² ÷ 6 + 57² ÷ 6) − 3·13 = 8.3077; (H − 1) ÷ 10.
    double h = 12.0 / (12 * 13) * (21.0 * 21 / 6 + 57.0 * 57 / 6) - 39;
    assertThat(importance.get(0).share()).isCloseTo((h - 1) / 10, within(ROUNDING));
    assertThat(importance.get(1).share()).isZero();
    assertThat(importance.get(2).share()).as("five groups of twelve trials").isNull();
  }

  @Test
  void agreementCountsScoresRanksAndTheBest() {
    List<Trial> trials = new ArrayList<>();
    for (int i = 1; i <= 12; i++) {
      // The other side swaps the two best and gives the worst a little more.
      double other = i == 12 ? 11 : i == 11 ? 12 : i == 1 ? 1.5 : i;
      trials.add(trial(i, Map.of(), i / 16.0, other / 16));
    }
    Agreement agreement = Agreement.of(trials);
    assertThat(agreement.trials()).isEqualTo(12);
    assertThat(agreement.identical()).isEqualTo(9);
    assertThat(agreement.largestDifference()).isEqualTo(1 / 16.0);
    assertThat(agreement.sameOrder()).isFalse();
    assertThat(agreement.bestReference()).isEqualTo(12);
    assertThat(agreement.bestCandidate()).isEqualTo(11);
    assertThat(agreement.best()).isEqualTo(10);
    assertThat(agreement.shared()).isEqualTo(10);
    // One of 66 pairs is turned round.
    assertThat(Objects.requireNonNull(agreement.kendall()).value())
        .isCloseTo(64 / 66.0, within(ROUNDING));
  }
}
