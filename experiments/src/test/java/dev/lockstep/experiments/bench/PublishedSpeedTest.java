package dev.lockstep.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The published speeds are what the command wrote, and the README says nothing else. */
class PublishedSpeedTest {

  private static final Path HOME = Path.of("..");
  private static final String HOW =
      "to be written by ./lockstep bench --peers --format md, its report.md copied to docs/speed.md";

  private static String read(String file) throws IOException {
    Path path = HOME.resolve(file);
    assertThat(path).as("docs/speed.md and the README's block: %s", HOW).exists();
    return Files.readString(path);
  }

  private static String block(String file) throws IOException {
    String text = read(file);
    int begin = text.indexOf(SpeedPage.BEGIN);
    int end = text.indexOf(SpeedPage.END);
    assertThat(begin).as("%s has a block between the comments of SpeedPage", file).isNotNegative();
    assertThat(end).as("the end of that block").isGreaterThan(begin);
    return text.substring(begin, end);
  }

  @Test
  void theReadmeRepeatsAPartOfThePage() throws IOException {
    assertThat(block("docs/speed.md")).contains("| two-layer-net-relu:", "| deep-convnet:", "JDK ");
    assertThat(block("README.md")).isEqualTo(block("docs/speed.md"));
  }

  @Test
  void thePageIsWhatTheCommandWritesToday() throws IOException {
    assertThat(prose(read("docs/speed.md")))
        .as("what is not measured; %s", HOW)
        .isEqualTo(prose(SpeedPage.write(SampleSpeeds.result())));
  }

  @Test
  void thePageHasEverySideAndTheCostOfAStep() throws IOException {
    assertThat(read("docs/speed.md"))
        .contains("written by `lockstep bench --peers")
        .contains("scratch : dl4j float", "scratch : numpy double", "scratch : pytorch double")
        .contains("\"Growing batch size\"", "\"Growing width\"", "\"Growing depth\"");
  }

  /** Returns the lines in which nothing is measured, figures and command aside. */
  private static List<String> prose(String page) {
    return page.replaceAll("(?s)```mermaid.*?```", "")
        .lines()
        .filter(line -> !line.isEmpty() && !line.startsWith("|") && !line.startsWith("- Missing"))
        .map(line -> line.replaceAll("`lockstep bench[^`]*`", "`lockstep bench`"))
        .map(line -> line.replaceAll("Measured on .*", "Measured on #"))
        .map(line -> line.replaceAll("[0-9][0-9,]* ", "# "))
        .toList();
  }
}
