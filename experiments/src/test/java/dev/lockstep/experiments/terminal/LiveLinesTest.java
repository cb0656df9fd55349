package dev.lockstep.experiments.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What stands on the screen, by a terminal that knows the few signs that are used. */
class LiveLinesTest {

  private static final Pattern SIGN = Pattern.compile("\u001b\\[(\\??\\d*)([A-Za-z])|\\r|\\n|.");

  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private final LiveLines lines =
      new LiveLines(new PrintStream(sent, true, StandardCharsets.UTF_8), true, 44);

  /** Another thread draws, several times a second. */
  private void awaitThatIsShown(String text) throws InterruptedException {
    while (!sent.toString(StandardCharsets.UTF_8).contains(text)) {
      Thread.sleep(10);
    }
  }

  /** Returns the rows, and notes if the screen is cleared from its first corner. */
  private List<String> screen() {
    List<StringBuilder> rows = new ArrayList<>(List.of(new StringBuilder()));
    int row = 0;
    int column = 0;
    Matcher signs = SIGN.matcher(sent.toString(StandardCharsets.UTF_8));
    while (signs.find()) {
      String sign = signs.group();
      if (sign.equals("\r")) {
        column = 0;
      } else if (sign.equals("\n")) {
        row++;
        column = 0;
        if (row == rows.size()) {
          rows.add(new StringBuilder());
        }
      } else if (sign.endsWith("A") && sign.startsWith("\u001b")) {
        row -= Integer.parseInt(signs.group(1));
      } else if (sign.equals("\u001b[K")) {
        rows.get(row).setLength(Math.min(column, rows.get(row).length()));
      } else if (sign.equals("\u001b[J")) {
        assertThat(row + column).as("cleared from the first corner").isPositive();
        rows.get(row).setLength(Math.min(column, rows.get(row).length()));
        rows.subList(row + 1, rows.size()).clear();
      } else if (!sign.startsWith("\u001b")) {
        while (rows.get(row).length() <= column) {
          rows.get(row).append(' ');
        }
        rows.get(row).setCharAt(column++, sign.charAt(0));
      }
    }
    return rows.stream().map(text -> text.toString().stripTrailing()).toList();
  }

  /** A multiplexer keeps a screen that is cleared from its first corner: once for every drawing. */
  @Test
  @Timeout(60)
  void linesAreDrawnOverAndNothingIsLeftOfThem() throws InterruptedException {
    LiveLines.Line first = columns -> "first: 50 %, a long line";
    LiveLines.Line second = columns -> "second: 1 %";
    lines.add(first);
    awaitThatIsShown("first");
    lines.print("a run has ended");
    lines.add(second);
    awaitThatIsShown("second");
    lines.print("another");
    assertThat(screen())
        .containsExactly("a run has ended", "another", "first: 50 %, a long line", "second: 1 %");
    lines.print("a third one");
    lines.remove(first);
    assertThat(screen())
        .containsExactly("a run has ended", "another", "a third one", "second: 1 %");
    lines.remove(second);
    assertThat(screen()).containsExactly("a run has ended", "another", "a third one", "");
  }

  /** Its two signs then stand on the line that is drawn next, and the line does not wrap. */
  @Test
  @Timeout(60)
  void ctrlCIsEchoedAtTheBeginning() throws InterruptedException {
    LiveLines.Line line = columns -> "x".repeat(columns);
    lines.add(line);
    awaitThatIsShown("x");
    assertThat(sent.toString(StandardCharsets.UTF_8)).endsWith("\r");
    lines.remove(line);
  }

  /** A command is left whole, and what stands above it is not. */
  @Test
  void linesAreFoldedByThemselvesAndStandOnNothing() {
    sent.writeBytes("^C".getBytes(StandardCharsets.UTF_8));
    lines.print(
        """
        lockstep: interrupted; the trials that ended are kept.
        To go on: ./lockstep search --resume reports/search-1""");
    assertThat(screen())
        .containsExactly(
            "lockstep: interrupted; the trials that ended",
            "  are kept.",
            "To go on: ./lockstep search --resume reports/search-1",
            "");
  }

  @Test
  @Timeout(60)
  void aLineAloneIsClearedInPlace() throws InterruptedException {
    LiveLines.Line line = columns -> "starting";
    lines.add(line);
    awaitThatIsShown("starting");
    lines.remove(line);
    assertThat(screen()).containsExactly("");
  }
}
