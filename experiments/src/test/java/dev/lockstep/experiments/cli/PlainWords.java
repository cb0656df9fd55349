package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What is said to a person: no word that only Java knows, and lines that can be read. */
final class PlainWords {

  /** Six lines of a usual terminal. */
  private static final int LONGEST_LINE = 480;

  private static final Pattern OF_JAVA =
      Pattern.compile(
          // a class, but for the file in which a user names an own program
          "(?<!META-INF/services/)\\b(?<![.])[a-z]\\w*(\\.[a-z]\\w*)+\\.[A-Z]\\w+"
              + "|\\b\\w+Exception\\b|\\b\\w+Error:"
              + "|\\b[A-Z]\\w+\\[(\\w+=|\\])" // a record
              + "|\\bOptional(Int|Long|Double)?[\\[.]"
              + "|@[0-9a-f]{5,8}\\b" // an object
              + "|\\bnull\\b"
              + "|\tat ");

  private static final Pattern CAPITALS = Pattern.compile("\\b[A-Z][A-Z_]{3,}\\b");

  /** Verdicts, variables of the environment, names of forms, and places to put something in. */
  private static final Set<String> WORDS =
      Set.of(
          "AGREE",
          "DIVERGED_ALIKE",
          "EXPLAINED",
          "UNDECIDED",
          "NOTHING_COMPARED",
          "DIFFER",
          "NOTICE",
          "LOCKSTEP_DATA",
          "LOCKSTEP_JAVA_OPTS",
          "LOCKSTEP_PYTHON",
          "JAVA_HOME",
          "OMP_NUM_THREADS",
          "XDG_CACHE_HOME",
          "MNIST",
          "JSON",
          "YAML",
          "HTML",
          "IMAGE",
          "FILE",
          "NAME",
          "PROGRAM",
          "COMMAND",
          "MODEL",
          "EXPERIMENT",
          "SPACE",
          "SOURCE",
          "REGEX",
          "LIST",
          "WHAT",
          "TIME",
          "PATH",
          "SHELL");

  /** Where a program of one's own is named. */
  private static final String SERVICES = "META-INF/services/";

  private PlainWords() {}

  static void assertIn(String said) {
    assertThat(OF_JAVA.matcher(said).results().map(MatchResult::group)).as(said).isEmpty();
    List<String> constants =
        CAPITALS
            .matcher(said.replace(SERVICES, ""))
            .results()
            .map(MatchResult::group)
            .filter(w -> !WORDS.contains(w))
            .toList();
    assertThat(constants).as(said).isEmpty();
    assertThat(said.lines())
        .allSatisfy(line -> assertThat(line.length()).as(line).isLessThan(LONGEST_LINE));
  }
}
