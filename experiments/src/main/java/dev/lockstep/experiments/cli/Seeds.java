package dev.lockstep.experiments.cli;

import dev.lockstep.core.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads seeds as they stand on a command line. */
final class Seeds {

  private static final int MOST = 1000;

  private static final Pattern PART = Pattern.compile("(\\d{1,9})(?:\\.\\.(\\d{1,9}))?");

  private Seeds() {}

  /**
   * Reads {@code 1}, {@code 1,3,5}, {@code 1..10} or {@code 1..3,7}.
   *
   * @throws UsageException if it is none of these, or names a seed twice
   */
  static List<Long> parse(String text) {
    List<Long> seeds = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      Matcher range = PART.matcher(part);
      if (!range.matches()) {
        throw new UsageException(
            "--seeds: expected seeds such as 1, 1,3,5 or 1..10, found '" + text + "'");
      }
      long first = Long.parseLong(range.group(1));
      long last = range.group(2) == null ? first : Long.parseLong(range.group(2));
      if (last < first || last - first >= MOST - seeds.size()) {
        throw new UsageException(
            "--seeds: expected 1 to %d seeds, found '%s'".formatted(MOST, text));
      }
      for (long seed = first; seed <= last; seed++) {
        seeds.add(seed);
      }
    }
    if (seeds.stream().distinct().count() < seeds.size()) {
      throw new UsageException("--seeds: expected each seed once, found '" + text + "'");
    }
    return seeds;
  }
}
