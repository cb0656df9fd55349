package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Opens pages and reads them back; the base of every test that needs a browser. */
public abstract class PageInBrowser {

  protected static final int DESKTOP = 1400;
  protected static final int PHONE = 400;
  protected static final int HEIGHT = 900;

  /** The network, loss, accuracy; for each of the four phases a heat map and a chart of lines. */
  protected static final int CHARTS_OF_A_RUN = 3 + 2 * 4;

  /** Values, errors, map: of the tensor of the first difference, whose layer is open. */
  protected static final int CHARTS_OF_ELEMENTS = 3;

  @TempDir static Path scratch;

  private static Browser browser;

  private static String check;

  @BeforeAll
  protected static void start() throws IOException {
    Optional<Path> found = Browser.find();
    assumeTrue(found.isPresent(), "skipped: no Chromium on this machine's path");
    browser = Browser.start(found.get(), scratch);
    try (InputStream in = PageInBrowser.class.getResourceAsStream("check.js")) {
      check = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @AfterAll
  protected static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  protected static Browser.Page newPage(String page) throws IOException {
    return opened(page, DESKTOP, false);
  }

  protected Browser.Page open(String page, int width, boolean dark) throws IOException {
    return opened(page, width, dark);
  }

  private static Browser.Page opened(String page, int width, boolean dark) throws IOException {
    Path file = Files.createTempFile(scratch, "report", ".html");
    return browser.open(Files.writeString(file, page).toUri().toString(), width, HEIGHT, dark);
  }

  /** Opens what a server gives. */
  protected static Browser.Page visit(String address) {
    return browser.open(address, DESKTOP, HEIGHT, false);
  }

  protected Browser.Page open(String page) throws IOException {
    return open(page, DESKTOP, false);
  }

  /** The page is opened at its width and never resized. */
  protected static void assertSound(Browser.Page page, int charts) {
    JsonNode found = page.evaluate(check);
    assertThat(page.console()).as("what the page left on the console").isEmpty();
    assertThat(found.at("/charts").asInt()).isEqualTo(charts);
    assertThat(found.at("/marks").asInt()).isGreaterThan(charts);
    assertThat(found.at("/empty")).as("charts without data").isEmpty();
    assertThat(found.at("/misfits")).as("drawings not as wide as their box").isEmpty();
    assertThat(found.at("/wrong")).as("charts that do not show their table").isEmpty();
    assertThat(found.at("/collisions")).as("labels that overlap or are cut").isEmpty();
    assertThat(found.at("/silent")).as("charts that no keyboard reads out").isEmpty();
    assertThat(found.at("/unsaid")).as("tables that scroll and do not say so").isEmpty();
    assertThat(found.at("/wide").asInt()).as("pixels beside the window").isZero();
    assertThat(found.at("/resources").asInt()).as("files asked for").isZero();
  }
}
