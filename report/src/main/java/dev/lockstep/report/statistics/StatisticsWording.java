package dev.lockstep.report.statistics;

import dev.lockstep.core.wording.Numbers;
import java.util.List;

/** What several seeds say, in words. */
public final class StatisticsWording {

  /** Under what all statistics over seeds hold. */
  public static final String CONDITION =
      "All of this is conditional on this split of the data: the seeds change initial values, order"
          + " and masks, not which images there are to train and to test on.";

  private StatisticsWording() {}

  /** Returns what several seeds say of a measure, the plainest first and p last. */
  public static List<String> of(
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
