package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Keeps true what README.md says: what is printed, which commands, options and files there are. */
class ReadmeTest {

  private static final Path HOME = Path.of("..");

  /**
   * In percentage points. Another processor's matrix product rounds otherwise, and after three
   * epochs a few of the 10,000 images on the border fall to the other side.
   */
  private static final double ACCURACY = 0.2;

  private static final Pattern PERCENT = Pattern.compile("(\\d+\\.\\d+) %");

  @TempDir static Path temp;

  private static String readme() throws IOException {
    return Files.readString(HOME.resolve("README.md"));
  }

  /** Returns the first fenced block that starts so. */
  private static String block(String start) throws IOException {
    String text = readme();
    int from = text.indexOf("\n" + start) + 1;
    assertThat(from).as("README.md has a block that starts with " + start).isPositive();
    return text.substring(from, text.indexOf("```", from));
  }

  @Test
  void theMainJobPrintsWhatItSays() throws IOException {
    String directory = System.getenv("LOCKSTEP_DATA");
    assumeTrue(directory != null, "LOCKSTEP_DATA is not set: the printed run needs true MNIST");
    List<String> said = block("AGREE  mlp-batchnorm-dropout").lines().toList();

    Invocation run = Invocation.of("compare", "--data", "mnist", "-q", "--output", temp.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    List<String> printed = run.out().lines().limit(said.size()).toList();
    assertThat(printed.stream().map(ReadmeTest::withoutLastDigits))
        .containsExactlyElementsOf(said.stream().map(ReadmeTest::withoutLastDigits).toList());
    assertThat(percentages(said)).hasSize(4);
    for (int i = 0; i < percentages(said).size(); i++) {
      assertThat(percentages(printed).get(i)).isCloseTo(percentages(said).get(i), within(ACCURACY));
    }
  }

  /** Differences of rounding, and where the largest lies, are the processor's. */
  private static String withoutLastDigits(String line) {
    return line.startsWith("  ") && line.contains(", step ")
        ? line.strip().split(" ", 2)[0]
        : line.startsWith("Last loss") ? "Last loss" : PERCENT.matcher(line).replaceAll("%");
  }

  private static List<Double> percentages(List<String> lines) {
    return PERCENT
        .matcher(String.join("\n", lines))
        .results()
        .map(result -> Double.valueOf(result.group(1)))
        .toList();
  }

  @Test
  void theExperimentOfOnesOwnRuns() throws IOException {
    Path file = Files.writeString(temp.resolve("my.yaml"), block("# my.yaml"));
    Invocation run =
        Invocation.of(
            "compare",
            file.toString(),
            "--data",
            "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits"))),
            "--steps",
            "3",
            "-q",
            "--output",
            temp.resolve("own").toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
  }

  @Test
  void everyCommandIsInItAndEveryOneOfItsCommandsExists() throws IOException {
    assertThat(found("\\./lockstep ([a-z]+)", readme()))
        .containsExactlyInAnyOrderElementsOf(
            Main.commandLine().getSubcommands().keySet().stream().sorted().toList());
  }

  @Test
  void everyCommandCanBeQuietAndCanTellMore() {
    assertThat(Main.commandLine().getSubcommands())
        .allSatisfy(
            (name, command) ->
                assertThat(command.getCommandSpec().optionsMap())
                    .as(name)
                    .containsKeys("-q", "-v"));
  }

  @Test
  void everyOptionItNamesExists() throws IOException {
    Map<String, CommandLine> commands = Main.commandLine().getSubcommands();
    assertThat(found("(?<![\\w-])(--[a-z][a-z0-9-]+)", readme()))
        .allSatisfy(
            option ->
                assertThat(commands.values())
                    .as(option)
                    .anyMatch(command -> command.getCommandSpec().findOption(option) != null));
  }

  static Stream<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(HOME.resolve("docs"))) {
      return Stream.concat(
          Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md").map(HOME::resolve),
          docs.filter(path -> path.toString().endsWith(".md")).sorted())
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyLinkLeadsToAFile(Path page) throws IOException {
    List<String> links = found("\\]\\(([^)#]+)[^)]*\\)", Files.readString(page));
    assertThat(links.stream().filter(Predicate.not(link -> link.startsWith("http"))))
        .allSatisfy(link -> assertThat(page.resolveSibling(link)).exists());
  }

  private static List<String> found(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult result) -> result.group(1))
        .distinct()
        .sorted()
        .toList();
  }
}
