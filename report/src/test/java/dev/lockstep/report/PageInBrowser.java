package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Opens pages and lets them read themselves back; the base of every test that needs a browser. */
public abstract class PageInBrowser {

  private static final String MARK = "lockstep report: ";
  protected static final int DESKTOP = 1200;
  protected static final int PHONE = 390;
  private static final int HEIGHT = 900;

  /** Loss, accuracy, and a chart of differences for each of the four phases. */
  protected static final int CHARTS_OF_A_RUN = 6;

  private static Browser browser;

  @TempDir protected Path directory;

  @BeforeAll
  protected static void findBrowser() {
    Optional<Browser> found = Browser.find();
    assumeTrue(found.isPresent(), "skipped: no Chromium on this machine's path");
    browser = found.get();
  }

  protected String write(String page) throws IOException {
    return Files.writeString(directory.resolve("report.html"), page).toUri().toString();
  }

  protected Browser.Visit open(String url, int width) throws IOException {
    return browser.open(url, Files.createTempDirectory(directory, "browser"), width, HEIGHT);
  }

  /** Opens a page with {@code #check}, on which it reads itself back, and returns what it found. */
  protected JsonNode check(String page, int width) throws IOException {
    return found(open(write(page) + "#check", width));
  }

  protected static JsonNode found(Browser.Visit visit) throws IOException {
    List<String> console = visit.console();
    assertThat(console).as("what the page left on the console").hasSize(1);
    assertThat(console.get(0)).startsWith(MARK);
    return new ObjectMapper().readTree(console.get(0).substring(MARK.length()));
  }

  protected static void assertSound(JsonNode found, int charts) {
    assertThat(found.at("/charts").asInt()).isEqualTo(charts);
    assertThat(found.at("/marks").asInt()).isGreaterThan(charts);
    assertThat(found.at("/empty")).as("charts without data").isEmpty();
    assertThat(found.at("/wrong")).as("charts that do not show their table").isEmpty();
    assertThat(found.at("/collisions")).as("labels that overlap or are cut").isEmpty();
    assertThat(found.at("/silent")).as("charts that no keyboard reads out").isEmpty();
    assertThat(found.at("/wide").asInt()).as("pixels beside the window").isZero();
    assertThat(found.at("/resources").asInt()).as("files asked for").isZero();
  }
}
