package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.ledger.Conventions;
import dev.lockstep.experiments.catalogue.Catalogue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What the pages on the book's chapters and the report name is there. */
class ChapterPagesTest {

  private static final Path DOCS = Path.of("..", "docs");

  static Stream<Path> pages() {
    return Stream.concat(
        Stream.of(DOCS.resolve("README.md"), DOCS.resolve("report.md")),
        IntStream.rangeClosed(2, 8).mapToObj(n -> DOCS.resolve("chapter-" + n + ".md")));
  }

  private static String text(Path page) {
    try {
      return Files.readString(page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> found(String regex, Path page) {
    return Pattern.compile(regex, Pattern.MULTILINE)
        .matcher(text(page))
        .results()
        .map((MatchResult match) -> match.group(1))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyCommandIsUnderstoodAndNamesExperimentsThatThereAre(Path page) {
    for (String line : found("^\\./lockstep (.*)$", page)) {
      String[] words = line.split(" ");
      CommandLine.ParseResult[] parsed = new CommandLine.ParseResult[1];
      assertThatCode(() -> parsed[0] = Main.commandLine().parseArgs(words))
          .as(line)
          .doesNotThrowAnyException();
      if (words[0].equals("compare")) {
        List<String> names = parsed[0].subcommand().matchedPositionalValue(0, List.of());
        assertThat(names).as(line).isNotEmpty().isSubsetOf(Catalogue.ids());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyEntryOfTheLedgerIsThere(Path page) {
    String text = text(page);

    if (text.contains("## In `stock`")) {
      assertThat(found("^- `([a-z0-9-]+)`:", page))
          .isNotEmpty()
          .isSubsetOf(Conventions.all().stream().map(Convention::id).toList());
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyPageAndPictureThatIsLinkedIsThere(Path page) {
    for (String link : found("\\]\\(([^)#]+)\\)", page)) {
      assertThat(DOCS.resolve(link)).as(page + ": " + link).exists();
    }
  }

  @Test
  void indexNamesEveryExperiment() {
    String index = text(DOCS.resolve("README.md"));
    assertThat(Catalogue.ids()).allSatisfy(id -> assertThat(index).contains("`" + id + "`"));
  }
}
