package dev.lockstep.experiments.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class FittedLinesTest {

  private static String fitted(int columns, String text) {
    StringWriter shown = new StringWriter();
    PrintWriter out = new PrintWriter(new FittedLines(shown, columns));
    out.print(text);
    out.flush();
    return shown.toString();
  }

  private static final String SIDES =
      """
                                 scratch              dl4j
      Last loss                   0.0855            0.0855
      Train accuracy             98.16 %           98.16 %
        train accuracy: of 10,000 training samples, chosen at random
      """;

  @Test
  void aTableThatIsTooWideLosesItsGapsAndStaysATable() {
    assertThat(fitted(44, SIDES))
        .isEqualTo(
            """
                            scratch     dl4j
            Last loss        0.0855   0.0855
            Train accuracy  98.16 %  98.16 %
              train accuracy: of 10,000 training
                samples, chosen at random
            """);
  }

  @Test
  void whatFitsIsLeftAsItIs() {
    assertThat(fitted(64, SIDES)).isEqualTo(SIDES);
  }

  /** Both sides of a run stay beside each other. */
  @Test
  void columnsThatDoNotFitBesideTheFirstStandBelowIt() {
    String runs =
        """
        Test accuracy of  seed  verdict           scratch              dl4j
        gradient-field       1  AGREE                   –                 –
        gradient-descent     1  AGREE             97.43 %           97.43 %
        """;
    assertThat(fitted(44, runs))
        .isEqualTo(
            """
            Test accuracy of
                seed  verdict  scratch     dl4j
            gradient-field
                   1  AGREE          –        –
            gradient-descent
                   1  AGREE    97.43 %  97.43 %
            """);
  }

  @Test
  void aRowThatIsStillTooWideGoesOnBetweenTwoCells() {
    String row =
        "  update            6.217e-15   2              batchNorm1/runningVar, step 1,800\n";
    assertThat(fitted(44, row))
        .isEqualTo(
            """
              update  6.217e-15  2
                batchNorm1/runningVar, step 1,800
            """);
  }

  @Test
  void aSentenceBesideItsNameStaysThere() {
    assertThat(fitted(44, "Compared   1,540 of 1,540 tensors compared, 1,540 judged\n"))
        .isEqualTo("Compared  1,540 of 1,540 tensors compared,\n  1,540 judged\n");
  }

  @Test
  void aWordThatIsWiderThanTheWindowIsNotBroken() {
    assertThat(fitted(20, "Report     reports/two-layer-net-20261128/report.html and more of it\n"))
        .isEqualTo("Report\n  reports/two-layer-net-20261128/report.html\n  and more of it\n");
  }

  @Test
  void aNumberStaysWithItsSign() {
    assertThat(fitted(44, "  scratch | dl4j  validation 5.00 % | 5.00 %, test 7.79 %\n"))
        .isEqualTo("  scratch | dl4j  validation 5.00 % |\n    5.00 %, test 7.79 %\n");
  }

  /** The terminal wraps it: whoever copies it has no line end in it. */
  @Test
  void aCommandIsWhole() {
    String line = "To go on: ./lockstep search --resume reports/search-20261128 --jobs 2\n";
    assertThat(fitted(44, line)).isEqualTo(line);
    assertThat(fitted(20, "  ./lockstep compare net.yaml\n"))
        .isEqualTo("  ./lockstep compare net.yaml\n");
  }

  @Test
  void coloursTakeNoRoom() {
    String line = "\u001b[32mAGREE\u001b[0m to the last of nineteen\n";
    assertThat(fitted(31, line)).isEqualTo(line);
  }

  @Test
  void nothingIsLostWithoutALineEnd() {
    assertThat(fitted(44, "a  b\nhalf a line")).isEqualTo("a  b\nhalf a line");
  }
}
