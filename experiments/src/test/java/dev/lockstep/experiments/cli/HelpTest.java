package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

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
      if (!before.isBlank() && !before.equals("Example: ")) {
        continue;
      }
      List<String> words =
          dev.lockstep.bridge.program.CommandLine.words(line.substring(from).split(" \\| ", 2)[0]);
      Main.commandLine().parseArgs(words.subList(1, words.size()).toArray(String[]::new));
    }
  }
}
