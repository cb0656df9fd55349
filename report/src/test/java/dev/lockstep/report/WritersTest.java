package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.report.summary.SummaryBuilder;
import dev.lockstep.report.summary.TensorOutcome;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Each format read back by a reader of its own. */
class WritersTest {

  /** What fits a terminal window that nobody has made larger. */
  private static final int SCREEN_LINES = 40;

  private static List<String> lines(String text) {
    return text.lines().toList();
  }

  // ---- text

  @Test
  void theFirstLineOnTheScreenIsTheVerdict() {
    assertThat(lines(TextReport.write(SampleRuns.agreeing(1), false, null)).get(0))
        .startsWith("AGREE ")
        .contains("mlp-batchnorm-dropout", "seed 1", "1,800 steps");
    assertThat(lines(TextReport.write(SampleRuns.differing(1), false, null)).get(0))
        .startsWith("DIFFER ");
    assertThat(lines(TextReport.write(SampleRuns.summary(10), false, null)).get(0))
        .startsWith("AGREE ");
  }

  @Test
  void everythingFitsOneScreen() {
    SummaryBuilder many = new SummaryBuilder("compare --all");
    IntStream.rangeClosed(1, 30)
        .forEach(i -> many.add(SampleRuns.variant("v" + (i + 1) / 2, i), "v" + i));
    many.add(SampleRuns.differing(1), "x");
    for (String text :
        List.of(
            TextReport.write(SampleRuns.differing(1), false, Path.of("report.html")),
            TextReport.write(many.build(), false, Path.of("report.html")))) {
      assertThat(lines(text)).hasSizeLessThanOrEqualTo(SCREEN_LINES);
    }
  }

  @Test
  void aDivergenceIsToldInTheOrderOfItsWeight() {
    String text = TextReport.write(SampleRuns.differing(1), false, null);
    assertThat(text)
        .containsSubsequence(
            "Step 3, backward, layer affine2, tensor affine2/W",
            "Mismatched elements: 9,984 / 10,000 (99.84 %)",
            "Greatest absolute difference: 0.001 at index (3, 7)",
            "scratch: 0.0125",
            "deeplearning4j: 0.0135",
            "error ÷ floor: 4.504e+12",
            "Smallest tolerance that would have passed: 0.001 absolute",
            "Diagnosis: the gradient is not divided by the batch size");
  }

  @Test
  void agreementSaysHowCloseItIsAndWhere() {
    RunResult result = SampleRuns.agreeing(1);
    var worst = Objects.requireNonNull(result.worst().get(Phase.FORWARD));
    String text = TextReport.write(result, false, null);
    assertThat(text).contains(worst.path() + ", step " + Numbers.count(worst.step()));
    assertThat(text).contains(Numbers.rounded(worst.maxAbs()));
    assertThat(text).contains("1,749 of 1,815 tensors compared", "66 skipped", "0 on one side");
  }

  @Test
  void aNoticeAboutTheDataIsLoudEverywhere() {
    String notice = "MNIST could not be had; trained on synthetic digits";
    RunResult result = SampleRuns.noticed(notice);
    assertThat(TextReport.write(result, false, null)).contains("!! " + notice + " !!");
    assertThat(MarkdownReport.write(ReportView.of(result))).contains("> ⚠ **" + notice);
    assertThat(TextReport.write(SampleRuns.agreeing(1), false, null)).doesNotContain("!!");
  }

  @Test
  void whatTheReferenceDidAloneIsSaidToBeUncomparedEverywhere() {
    RunResult run = SampleRuns.goingOnAlone(1);
    String sentence = "scratch alone went on to step 3,600, loss 0.0311, test accuracy 98.34 %";
    assertThat(TextReport.write(run, false, null)).contains("Alone      " + sentence);
    assertThat(TextReport.write(new SummaryBuilder("").add(run, "a").build(), false, null))
        .contains(sentence);
    assertThat(MarkdownReport.write(ReportView.of(run))).contains(sentence);
  }

  @Test
  void whatExplainsAStockComparisonIsToldEverywhere() {
    RunResult run = SampleRuns.explained(1);
    String set =
        "With batch-norm-momentum, nesterov-velocity in the book's way no difference is left in the whole run.";
    for (String report :
        List.of(
            TextReport.write(run, false, null),
            MarkdownReport.write(ReportView.of(run)).replace("\\", ""))) {
      assertThat(report)
          .containsSubsequence(
              set,
              "over 10 steps of 20 samples: 3.100e+12 in all, 1.7 with every convention",
              "batch-norm-momentum by itself: 3.100e+12",
              "dropout-scaling by itself: 0");
    }
    assertThat(ReportView.of(run).attributions().get(0).get(0)).isEqualTo(set);
  }

  @Test
  void aDifferenceThatIsExplainedFailsNoTest() throws Exception {
    Document document = xml(JUnitXmlReport.write(SampleRuns.explained(1)));
    assertThat(elements(document, "failure")).isEmpty();
    assertThat(elements(document, "skipped"))
        .extracting(s -> s.getAttribute("message"))
        .contains("differs, and known conventions explain it");
  }

  @Test
  void coloursAreThereOnlyIfAskedFor() {
    assertThat(TextReport.write(SampleRuns.agreeing(1), false, null)).doesNotContain("\u001b");
    assertThat(TextReport.write(SampleRuns.agreeing(1), true, null))
        .startsWith("\u001b[1;32mAGREE\u001b[0m");
    assertThat(TextReport.write(SampleRuns.differing(1), true, null))
        .startsWith("\u001b[1;31mDIFFER\u001b[0m");
  }

  @Test
  void thePathOfTheReportComesLast() {
    assertThat(TextReport.write(SampleRuns.agreeing(1), false, Path.of("reports", "report.html")))
        .endsWith("Report     " + Path.of("reports", "report.html") + "\n");
  }

  // ---- CSV

  /** Reads RFC 4180, as little of it as these tests need. */
  private static List<List<String>> csv(String text) {
    List<List<String>> rows = new ArrayList<>();
    List<String> row = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted) {
        if (c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
          cell.append('"');
          i++;
        } else if (c == '"') {
          quoted = false;
        } else {
          cell.append(c);
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == ',' || c == '\r') {
        row.add(cell.toString());
        cell.setLength(0);
        if (c == '\r') {
          assertThat(text.charAt(++i)).isEqualTo('\n');
          rows.add(row);
          row = new ArrayList<>();
        }
      } else {
        cell.append(c);
      }
    }
    assertThat(row).isEmpty();
    return rows;
  }

  @Test
  void everyReadingIsARowWithItsExactNumber() {
    RunResult result = SampleRuns.agreeing(1);
    List<List<String>> rows = csv(CsvReport.write(result));
    assertThat(rows).allSatisfy(row -> assertThat(row).hasSize(9));
    TensorReading reading = result.readings().get(77);
    assertThat(rows)
        .contains(
            List.of(
                "mlp-batchnorm-dropout",
                "1",
                Long.toString(reading.step()),
                reading.phase().id(),
                reading.layer(),
                reading.tensor(),
                reading.reading().id(),
                "maxAbs",
                Double.toString(reading.maxAbs())));
    long curves = 2L * result.curves().loss().size() + 5L * result.curves().accuracy().size();
    assertThat(rows).hasSize(Math.toIntExact(1 + 5L * result.readings().size() + curves));
  }

  @Test
  void textThatLooksLikeAFormulaIsDefusedAndNumbersAreNot() {
    assertThat(CsvReport.text("=HYPERLINK(\"x\",1)")).isEqualTo("\"'=HYPERLINK(\"\"x\"\",1)\"");
    assertThat(CsvReport.text("+1")).isEqualTo("'+1");
    assertThat(CsvReport.text("-1")).isEqualTo("'-1");
    assertThat(CsvReport.text("@sum")).isEqualTo("'@sum");
    assertThat(CsvReport.text("affine1/W")).isEqualTo("affine1/W");
    assertThat(CsvReport.text("a,b")).isEqualTo("\"a,b\"");

    List<List<String>> rows = csv(CsvReport.write(SampleRuns.variant("=1+1,\"x\"", 1)));
    assertThat(rows.get(1).get(0)).isEqualTo("mlp-batchnorm-dropout/=1+1,\"x\"");
    assertThat(csv(CsvReport.write(SampleRuns.diverged(1))).stream().map(row -> row.get(8)))
        .contains("NaN");
  }

  @Test
  void severalRunsAreTheRowsOfTheirEnds() {
    List<List<String>> rows = csv(CsvReport.write(SampleRuns.summary(3)));
    assertThat(rows).allSatisfy(row -> assertThat(row).hasSize(9));
    assertThat(rows.stream().filter(row -> row.get(7).equals("candidateTestAccuracy")))
        .extracting(row -> row.get(1))
        .containsExactly("1", "2", "3");
  }

  // ---- JUnit XML

  private static Document xml(String text) throws Exception {
    return DocumentBuilderFactory.newDefaultInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static Stream<Element> elements(Document document, String name) {
    NodeList nodes = document.getElementsByTagName(name);
    return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i));
  }

  @Test
  void everyTensorOfAPhaseIsATestAndTheFirstDivergenceItsFailure() throws Exception {
    Document document = xml(JUnitXmlReport.write(SampleRuns.differing(1)));
    List<Element> cases = elements(document, "testcase").toList();
    assertThat(cases)
        .extracting(c -> c.getAttribute("classname") + " " + c.getAttribute("name"))
        .contains(
            "mlp-batchnorm-dropout.seed-1 verdict",
            "mlp-batchnorm-dropout.seed-1.forward affine1/out",
            "mlp-batchnorm-dropout.seed-1.backward affine2/W",
            "mlp-batchnorm-dropout.seed-1.update affine2/W")
        .doesNotHaveDuplicates();
    Element suite = elements(document, "testsuite").toList().get(0);
    assertThat(suite.getAttribute("tests")).isEqualTo(Integer.toString(cases.size()));
    assertThat(suite.getAttribute("failures"))
        .isEqualTo(Long.toString(elements(document, "failure").count()));
    Element first =
        elements(document, "failure")
            .filter(f -> f.getAttribute("message").equals("first divergence"))
            .toList()
            .get(0);
    Element test = (Element) first.getParentNode();
    assertThat(test.getAttribute("name")).isEqualTo("affine2/W");
    assertThat(first.getTextContent()).contains("at index (3, 7)");
  }

  @Test
  void whatWasLeftOutIsSkippedWithItsReason() throws Exception {
    Document document = xml(JUnitXmlReport.write(SampleRuns.agreeing(1)));
    assertThat(elements(document, "skipped"))
        .extracting(s -> s.getAttribute("message"))
        .containsExactly("matched by --exclude", "matched by --exclude");
    assertThat(elements(document, "failure")).isEmpty();
  }

  @Test
  void accumulatedReadingsBeyondTheHorizonFailNoTest() {
    RunResult run = SampleRuns.beyondTheHorizon(1);
    assertThat(run.readings())
        .anyMatch(r -> r.reading() == Reading.FREE_RUNNING && r.errorOverFloor() > 100);
    assertThat(TensorOutcome.of(run)).allMatch(TensorOutcome::agrees);
  }

  @Test
  void xmlHasNoPlaceForControlCharactersAndEscapesTheRest() throws Exception {
    Document document = xml(JUnitXmlReport.write(SampleRuns.variant("<a&\u0001\"b\">", 1)));
    assertThat(elements(document, "testsuite"))
        .extracting(s -> s.getAttribute("name"))
        .containsExactly("mlp-batchnorm-dropout.<a&\uFFFD\"b\">.seed-1");
  }

  // ---- Markdown

  @Test
  void markdownShowsTheVerdictFirstAndEscapesWhatItWouldFormat() {
    String markdown = MarkdownReport.write(ReportView.of(SampleRuns.variant("a|b*c", 1)));
    assertThat(markdown).startsWith("# mlp-batchnorm-dropout/a\\|b\\*c\n\n**AGREE**");
    assertThat(lines(markdown).stream().filter(line -> line.startsWith("| mlp")))
        .allSatisfy(line -> assertThat(line).contains("a\\|b\\*c"));
  }

  @Test
  void markdownListsWhatIsSetDifferentlyFirst() {
    assertThat(MarkdownReport.write(ReportView.of(SampleRuns.agreeing(1))))
        .containsSubsequence(
            "| setting | scratch | deeplearning4j |",
            "| matrix product ≠ | netlib, OpenBLAS | ND4J, OpenBLAS |",
            "| optimizer.type | momentum | momentum |");
  }

  // ---- formats

  @Test
  void formatsAreNamedInAList() {
    assertThat(Format.list("text, JSON,html"))
        .containsExactly(Format.TEXT, Format.JSON, Format.HTML);
    assertThatThrownBy(() -> Format.list("text,pdf"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("'pdf'")
        .hasMessageContaining("text,json,csv,md,html,junit,tensorboard,mlflow");
  }
}
