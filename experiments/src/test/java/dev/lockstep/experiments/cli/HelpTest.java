package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/** What the help texts print can be pasted into a shell. */
class HelpTest {

  /** The width that help is wrapped at. */
  private static final int WIDTH = 80;

  static Stream<CommandLine> commands() {
    return Stream.of(Main.commandLine()).flatMap(HelpTest::withSubcommands);
  }

  private static Stream<CommandLine> withSubcommands(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream().flatMap(HelpTest::withSubcommands));
  }

  private static List<String> footer(CommandLine command) {
    return Stream.of(command.getCommandSpec().usageMessage().footer())
        .flatMap(line -> line.formatted().lines())
        .toList();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void linesOfTheFooterAreNotBroken(CommandLine command) {
    assertThat(footer(command)).allSatisfy(line -> assertThat(line.length()).isLessThan(WIDTH));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void examplesAreTaken(CommandLine command) {
    String footer = String.join("\n", footer(command)).replaceAll("\\\\\n *", "");
    for (String line : footer.lines().toList()) {
      int from = line.indexOf("lockstep ");
      String before = from < 0 ? "none" : line.substring(0, from);
      if (!before.isBlank()) {
        continue;
      }
      List<String> words =
          dev.lockstep.bridge.program.CommandLine.words(line.substring(from).split(" \\| ", 2)[0]);
      Main.commandLine().parseArgs(words.subList(1, words.size()).toArray(String[]::new));
    }
  }

  /** The generator that the distribution is built with. */
  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasAManualPage(CommandLine command) {
    StringWriter text = new StringWriter();
    ManPageGenerator.writeSingleManPage(new PrintWriter(text, true), command.getCommandSpec());
    String page = text.toString();

    String name = command.getCommandSpec().qualifiedName("-");
    assertThat(page).contains("= " + name + "(1)", "== Name", "== Synopsis", "== Options");
    for (CommandLine.Model.OptionSpec option : command.getCommandSpec().options()) {
      assertThat(page).contains("*" + option.longestName() + "*");
    }
    for (String line : footer(command)) {
      assertThat(page).contains(line);
    }
    for (String subcommand : command.getSubcommands().keySet()) {
      assertThat(page).contains("xref:" + name + "-" + subcommand + ".adoc");
    }
  }

  private static String help(CommandLine command, int columns) {
    HelpLayout.fit(command, columns);
    StringWriter text = new StringWriter();
    command.usage(new PrintWriter(text, true));
    return text.toString();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpIsAsWideAsTheWindow(CommandLine command) {
    assertThat(help(command, 200).lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(111));
    assertThat(help(command, WIDTH).lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(WIDTH));
  }

  /** Who prints it folds its lines: none of them is broken, and none is far from the edge. */
  @ParameterizedTest
  @MethodSource("commands")
  void inANarrowWindowWhatAnOptionDoesStandsBelowIt(CommandLine command) {
    String help = help(command, 44);
    for (CommandLine.Model.OptionSpec option : command.getCommandSpec().options()) {
      String last = option.names()[option.names().length - 1];
      assertThat(help)
          .containsPattern(
              "(?m)^  (-\\w, )?"
                  + Pattern.quote(last)
                  + "(=\\S+)?\\R    "
                  + Pattern.quote(
                      option.description()[0].formatted().lines().findFirst().orElse("")));
    }
    for (String subcommand : command.getSubcommands().keySet()) {
      assertThat(help).containsPattern("(?m)^  " + subcommand + "\\R    \\S");
    }
    assertThat(help.lines().map(line -> line.length() - line.stripLeading().length()))
        .allSatisfy(indent -> assertThat(indent).isLessThanOrEqualTo(6));
  }

  /** Neither a field of Java nor a constant of it. */
  @ParameterizedTest
  @MethodSource("commands")
  void whatAnOptionTakesIsSaidInTheUsersWords(CommandLine command) {
    for (CommandLine.Model.OptionSpec option : command.getCommandSpec().options()) {
      if (option.arity().max() > 0) {
        assertThat(option.paramLabel()).doesNotContain("<");
      }
      if (option.completionCandidates() != null) {
        assertThat(option.completionCandidates())
            .allSatisfy(word -> assertThat(word).isEqualTo(word.toLowerCase(Locale.ROOT)));
      }
    }
  }

  @Test
  void theListOfDataSetsHasEverySourceThatAComparisonTakes() {
    String sources =
        commands()
            .filter(command -> command.getCommandName().equals("compare"))
            .map(command -> command.getCommandSpec().findOption("--data").description()[0])
            .findFirst()
            .orElseThrow();
    List<String> named =
        Pattern.compile(", | or ")
            .splitAsStream(sources.substring(0, sources.indexOf(" (")))
            .sorted()
            .toList();
    assertThat(named).hasSizeGreaterThan(8).contains("auto", "table:FILE");
    assertThat(
            Invocation.of("list", "datasets")
                .out()
                .lines()
                .map(line -> line.substring(0, line.indexOf(' ')))
                .sorted())
        .isEqualTo(named);
  }

  @ParameterizedTest
  @CsvSource({
    "help, --help",
    "help compare, compare --help",
    "help data, data --help",
    "data help, data --help",
    "help data info, data info --help",
    "data help info, data info --help"
  })
  void helpShowsWhatTheOptionShows(String asked, String option) {
    Invocation shown = Invocation.of(asked.split(" "));
    assertThat(shown.exitCode()).as(shown.err()).isZero();
    assertThat(shown).isEqualTo(Invocation.of(option.split(" ")));
  }

  @ParameterizedTest
  @CsvSource({
    "help verfy, unknown: 'verfy', lockstep verify",
    "help data chek, unknown: 'chek', data check",
    "verfy, unknown: 'verfy', Did you mean: lockstep verify?",
    "compare --candidat-command x, Unknown option: '--candidat-command', Did you mean: --candidate-command?",
    "compare --formatt=text, Unknown option: '--formatt=text', Did you mean: --format?",
    // nothing comes near: no guess
    "help nosuch, unknown: 'nosuch', Try 'lockstep --help'.",
    "compare --nosuch, Unknown option: '--nosuch', Try 'lockstep compare --help'."
  })
  void aCommandThatDoesNotExistGetsTheNearest(String words, String said, String meant) {
    Invocation run = Invocation.of(words.split(" "));
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains(said, meant);
    assertThat(run.out()).isEmpty();
  }
}
