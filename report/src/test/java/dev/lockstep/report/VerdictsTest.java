package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.result.Verdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Every format tells the same verdict of the run and of every reading: that which it carries. */
class VerdictsTest {

  static Stream<Named<RunResult>> runs() {
    return Stream.of(
        Named.of("agreeing", SampleRuns.agreeing(1)),
        Named.of("differing", SampleRuns.differing(1)),
        Named.of("diverged alike", SampleRuns.diverged(1)),
        Named.of("undecided", SampleRuns.undecided(1, "no step was judged")),
        Named.of("explained", SampleRuns.explained(1)),
        Named.of("past the divergence horizon", SampleRuns.beyondTheHorizon(1)),
        Named.of("a unit that flipped", SampleRuns.flipped(1)),
        Named.of("own draws", SampleRuns.ownDraws(1)));
  }

  private static Set<String> tensors(RunResult run, Predicate<TensorReading> which) {
    return run.readings().stream()
        .filter(which)
        .map(reading -> reading.phase().id() + " " + reading.tensor())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void jsonCarriesTheJudgementOfEveryReading(RunResult run) throws IOException {
    JsonNode json = new ObjectMapper().readTree(ResultJson.write(run));
    assertThat(json.at("/verdict").asText()).isEqualTo(run.verdict().name());
    assertThat(json.at("/readings")).hasSameSizeAs(run.readings());
    for (int i = 0; i < run.readings().size(); i++) {
      JsonNode reading = json.at("/readings/" + i);
      assertThat(reading.at("/judged").asBoolean()).isEqualTo(run.readings().get(i).judged());
      assertThat(reading.at("/passed").asBoolean()).isEqualTo(run.readings().get(i).passed());
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void aTestFailsForEveryTensorWithAFailedReadingAndForNoOther(RunResult run) throws Exception {
    NodeList cases =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(
                new ByteArrayInputStream(
                    JUnitXmlReport.write(run).getBytes(StandardCharsets.UTF_8)))
            .getElementsByTagName("testcase");
    Set<String> failed = new TreeSet<>();
    boolean verdictFailed = false;
    for (int i = 0; i < cases.getLength(); i++) {
      Element test = (Element) cases.item(i);
      if (test.getElementsByTagName("failure").getLength() > 0) {
        String name = test.getAttribute("name");
        if (name.equals("verdict")) {
          verdictFailed = true;
        } else {
          String group = test.getAttribute("classname");
          failed.add(group.substring(group.lastIndexOf('.') + 1) + " " + name);
        }
      }
    }
    assertThat(verdictFailed).isEqualTo(run.verdict().exitCode() != 0);
    assertThat(failed)
        .isEqualTo(
            run.verdict() == Verdict.EXPLAINED ? Set.of() : tensors(run, TensorReading::failed));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void thePageAndTheTextShowJudgedReadingsAlone(RunResult run) throws IOException {
    String text = TextReport.write(run, false, null);
    assertThat(text).startsWith(run.verdict().name() + "  ");
    String page = HtmlReport.write(ReportView.of(run));
    assertThat(page).contains(">" + run.verdict() + " — ");
    JsonNode view = PageData.of(page);
    assertThat(view.at("/verdict").asText()).isEqualTo(run.verdict().name());
    Set<String> failed = tensors(run, TensorReading::failed);
    boolean anyFailed = false;
    for (JsonNode layer : view.at("/summary/variants/0/layers")) {
      for (JsonNode tensor : layer.at("/tensors")) {
        assertThat(tensor.at("/failed").asBoolean())
            .as(tensor.toString())
            .isEqualTo(
                tensor.at("/judged").asBoolean() && isAbove(tensor.at("/errorOverFloor"), view));
        anyFailed |= tensor.at("/failed").asBoolean();
      }
    }
    assertThat(anyFailed).isEqualTo(!failed.isEmpty());
    boolean textShowsOne =
        text.lines()
            .filter(line -> line.matches(" {2}(forward|loss|backward|update) .*, step .*"))
            .map(line -> line.strip().split(" +", -1)[2])
            .map(Double::parseDouble)
            .anyMatch(ratio -> ratio > view.at("/maxErrorOverFloor").asDouble());
    assertThat(textShowsOne).as(text).isEqualTo(!failed.isEmpty());
  }

  private static boolean isAbove(JsonNode ratio, JsonNode view) {
    return !(ratio.asDouble() <= view.at("/maxErrorOverFloor").asDouble());
  }
}
