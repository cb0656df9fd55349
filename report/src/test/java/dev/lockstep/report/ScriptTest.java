package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The functions of the page's script that only compute, each asked by itself. */
class ScriptTest extends PageInBrowser {

  private static Browser.Page page;

  @BeforeAll
  static void openEmptyPage() throws IOException {
    Page content = new Page("t", "w", true, "h", "m", List.of(), List.of());
    page = newPage(HtmlReport.write(content));
  }

  @AfterAll
  static void closePage() throws IOException {
    if (page != null) {
      page.close();
    }
  }

  private static String value(String expression) {
    return page.evaluate(
            "(() => { const {%s} = globalThis.lockstep; return String(%s); })()"
                .formatted(
                    "show, brief, percent, count, scale, ticks, el, table, sortable, floorColour, worstOf, ratioOf, blocksOf, spanOf, errorsNote, mapNote, perSecond, commandLine",
                    expression))
        .asText();
  }

  @Test
  void aNumberAloneIsNoTensor() {
    assertThat(value("errorsNote(1, 0.5) + mapNote([])"))
        .isEqualTo(
            "1 element by its error ÷ noise floor; the noise floor is 0.5.A number alone: its error ÷ noise floor.");
    assertThat(value("errorsNote(1200, 0.5) + mapNote([3, 400])"))
        .startsWith("1,200 elements by their error ÷ noise floor")
        .contains("Shape 3 × 400; each cell");
  }

  /** A line that ends with two hyphens is read as another option. */
  @Test
  void aCommandIsBrokenBetweenItsWords() {
    String command =
        "./lockstep compare two-layer-net --steps 200 --candidate fault:softmax-over-batch";
    assertThat(value("commandLine('%s').textContent".formatted(command))).isEqualTo(command);
    assertThat(
            value(
                """
                (() => {
                  const box = el('div', {style: 'width: 420px'}, commandLine('%s'));
                  document.body.append(box);
                  const heights = [...box.querySelectorAll('span')].map(word => word.getBoundingClientRect().height);
                  const broken = heights.some(height => height > 1.5 * Math.min(...heights));
                  const lines = box.getBoundingClientRect().height / Math.min(...heights);
                  box.remove();
                  return broken + ', ' + (lines > 2);
                })()"""
                    .formatted(command)))
        .isEqualTo("false, true");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "show(0)                            | 0",
        "show('NaN')                        | NaN",
        "show('-Infinity')                  | -Infinity",
        "show(null)                         | NaN",
        "show(0.00012346)                   | 1.235e-4",
        "show(0.012346)                     | 0.01235",
        "show(-123456.7)                    | -123500",
        "show(1e6)                          | 1.000e+6",
        "brief(2e-14)                       | 2·10⁻¹⁴",
        "brief(1e6)                         | 10⁶",
        "brief(0.5)                         | 0.5",
        "percent(0.98764)                   | 98.76 %",
        "percent('NaN')                     | –",
        "count(1234567)                     | 1,234,567",
        "perSecond(53649.7)                 | 53,650",
        "perSecond(41.6)                    | 41.6",
        "perSecond(null)                    | NaN"
      })
  void numbersAreShort(String expression, String expected) {
    assertThat(value(expression)).isEqualTo(expected);
  }

  /** A logarithmic axis has a line of its own for 0, below the smallest number. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "scale([1, 100], true, 0, 200, {pad: 0})(10)                    | 100",
        "scale([0, 1, 100], true, 200, 0, {pad: 0})(1)                  | 180",
        "scale([0, 1, 100], true, 200, 0, {pad: 0})(0)                  | 195",
        "scale([1, 100], true, 200, 0)(0)                               | NaN",
        "scale([-1, 1], true, 0, 200, {pad: 0})(0)                      | 100",
        "scale([5, 5], false, 0, 200, {pad: 0})(5)                      | 100",
        "scale([NaN, 2, 4, Infinity], false, 0, 200, {pad: 0})(3)       | 100",
        "scale([], false, 0, 200, {pad: 0})(1)                          | 200"
      })
  void axesMapNumbersToPixels(String expression, String expected) {
    assertThat(Double.parseDouble(value(expression)))
        .isEqualTo(Double.parseDouble(expected), org.assertj.core.api.Assertions.offset(1e-9));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "floorColour(0) === floorColour(1)                              | true",
        "floorColour(1) === floorColour(1.5)                            | false",
        "floorColour(NaN)                                               | var(--ground)",
        "floorColour(Infinity) === floorColour(1e40)                    | true",
        "ratioOf(-99)                                                   | 0",
        "ratioOf(30)                                                    | 1000",
        "ratioOf(999)                                                   | Infinity",
        "blocksOf(100, 32)[12]                                          | 37,39",
        "blocksOf(5, 5).map(spanOf).join(' ')                           | 0 1 2 3 4",
        "spanOf([3, 7])                                                 | 3–7",
        "worstOf([{failed: false, judged: true, errorOverFloor: 90, n: 1}, {failed: true, judged: true, errorOverFloor: 2, n: 2}]).n | 2",
        "worstOf([{failed: false, judged: false, errorOverFloor: 1e9, n: 1}, {failed: false, judged: true, errorOverFloor: 2, n: 2}]).n | 2",
        "worstOf([{failed: false, judged: true, errorOverFloor: '5', n: 1}, {failed: false, judged: true, errorOverFloor: 40, n: 2}]).n | 2"
      })
  void errorsOverTheFloorAreColouredAndPlaced(String expression, String expected) {
    assertThat(value(expression)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "el('p', {}, '<b>x</b>').outerHTML | <p>&lt;b&gt;x&lt;/b&gt;</p>",
        "table('t', ['a', 'b'], [['x', 2]]).querySelector('td').className | number",
        "table('t', ['a', 'b'], [['x', '1,234']]).querySelector('td').className | number",
        "table('t', ['a', 'b'], [['x', 'step 3']]).querySelector('td').className | ''"
      })
  void stringsBecomeTextAndNumbersStandOnTheRight(String expression, String expected) {
    assertThat(value(expression)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"1, '2 10 1e3 x'", "2, 'x 1e3 10 2'"})
  void aHeadingSortsNumbersAsNumbers(int clicks, String expected) {
    String sorted =
        value(
            """
            (() => {
              const body = table('t', ['n', 'm'], [['10', ''], ['x', ''], ['2', ''], ['1e3', '']]);
              sortable(body);
              for (let i = 0; i < %d; i++) body.querySelector('button').click();
              return [...body.tBodies[0].rows].map(r => r.children[0].textContent).join(' ');
            })()"""
                .formatted(clicks));
    assertThat(sorted).isEqualTo(expected);
  }
}
