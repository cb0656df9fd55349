package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.report.summary.Summary;
import dev.lockstep.report.summary.SummaryBuilder;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What can be said of the page without a browser; {@link HtmlReportBrowserTest} opens it. */
class HtmlReportTest {

  /** The bound that the page has to keep for ten seeds and all phases. */
  private static final int FIVE_MEGABYTES = 5_000_000;

  /** The bound that the page has to keep for a run as an experiment makes it by itself. */
  private static final int EIGHT_MEGABYTES = 8_000_000;

  private static final int NINE_HUNDRED_KILOBYTES = 900_000;

  /** As many points have the curves of a long run. */
  private static final int LOSSES = 360;

  /** The one number of the page that is not the run's: a constant of the comparison. */
  private static final double CONSTANT = Tolerance.MAX_ERROR_OVER_FLOOR;

  private static String page(RunResult result) {
    return HtmlReport.write(ReportView.of(result));
  }

  private static Set<Double> numbers(JsonNode node) {
    Set<Double> numbers = new TreeSet<>();
    if (node.isNumber()) {
      numbers.add(node.doubleValue());
    }
    node.forEach(child -> numbers.addAll(numbers(child)));
    return numbers;
  }

  /** A chart shows no more digits than these. */
  private static final MathContext OF_A_CHART = new MathContext(6);

  /** Returns the numbers as they are, and with the digits that a chart shows. */
  private static Set<Double> known(String result) throws IOException {
    Set<Double> known = numbers(new ObjectMapper().readTree(result));
    for (double number : List.copyOf(known)) {
      known.add(new BigDecimal(number).round(OF_A_CHART).doubleValue());
    }
    known.add(CONSTANT);
    return known;
  }

  private static Set<Double> unknown(String page, Set<Double> known) throws IOException {
    Set<Double> unknown = numbers(PageData.of(page));
    assertThat(unknown).hasSizeGreaterThan(100);
    unknown.removeAll(known);
    return unknown;
  }

  @Test
  void everyNumberOfThePageIsOneOfTheResults() throws IOException {
    for (RunResult run : List.of(SampleRuns.differing(1), SampleRuns.with(SampleFigures.all()))) {
      Set<Double> known = known(ResultJson.write(run));
      assertThat(unknown(page(run), known)).isEmpty();
    }
    Summary summary = SampleRuns.summary(10);
    Set<Double> known = known(ResultJson.write(summary));
    assertThat(unknown(HtmlReport.write(ReportView.of(summary)), known)).isEmpty();
  }

  @Test
  void everyNumberOfMarkdownAndCsvIsOneOfTheResults() throws IOException {
    RunResult run = SampleRuns.differing(1);
    Set<Double> known = numbers(new ObjectMapper().readTree(ResultJson.write(run)));
    Set<String> written = new TreeSet<>();
    for (double number : known) {
      written.add(Numbers.rounded(number));
      written.add(Numbers.percent(number).replace(" %", ""));
      written.add(Double.toString(number));
      if (number == Math.rint(number)) {
        written.add(Numbers.count((long) number));
      }
    }
    String tables =
        MarkdownReport.write(ReportView.of(run))
            .lines()
            .filter(line -> line.matches("\\| mlp.*|- (Mismatched|Greatest|Measured|Smallest).*"))
            .reduce("", (a, b) -> a + "\n" + b);
    assertThat(
            Pattern.compile("(?<![A-Za-z0-9.])[0-9]+(,[0-9]{3})*(\\.[0-9]+)?(e[+-]?[0-9]+)?")
                .matcher(tables)
                .results()
                .map(match -> match.group()))
        .hasSizeGreaterThan(30)
        .allSatisfy(number -> assertThat(written).contains(number));
    assertThat(
            CsvReport.write(run)
                .lines()
                .skip(1)
                .map(row -> Double.valueOf(row.substring(row.lastIndexOf(',') + 1))))
        .allSatisfy(number -> assertThat(known).contains(number));
  }

  @Test
  void nothingIsLoadedFromElsewhere() {
    String page = page(SampleRuns.agreeing(1));
    String html = page.replaceAll("(?s)<script.*?</script>|<style>.*?</style>", "");
    assertThat(html).doesNotContain("src=", "<link", "<iframe", "@import", "http:", "https:");
    assertThat(html).contains("default-src 'none'");
    assertThat(page).doesNotContain("url(http", "unsafe-inline", "unsafe-eval");
  }

  @Test
  void onlyThePagesOwnScriptsAndStylesMayRun() throws Exception {
    String page = page(SampleRuns.agreeing(1));
    List<String> inline = new ArrayList<>();
    Matcher blocks = Pattern.compile("(?s)<(script|style)>(.*?)</\\1>").matcher(page);
    while (blocks.find()) {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(blocks.group(2).getBytes(StandardCharsets.UTF_8));
      inline.add("'sha256-" + Base64.getEncoder().encodeToString(digest) + "'");
    }
    assertThat(inline).hasSize(3).allSatisfy(hash -> assertThat(page).contains(hash));
  }

  @Test
  void textThatLooksLikeMarkupStaysText() throws IOException {
    String hostile = "</script><script>alert(1)</script><b>$1\\";
    String page = page(SampleRuns.variant(hostile, 1));
    assertThat(page).doesNotContain("<script>alert", "<b>$1");
    assertThat(PageData.of(page).at("/summary/runs/0/variant").asText()).isEqualTo(hostile);
    assertThat(page).contains("<title>mlp-batchnorm-dropout/&lt;/script&gt;");
  }

  @Test
  void tenSeedsStayUnderFiveMegabytes() {
    SummaryBuilder builder = new SummaryBuilder("compare --observe-every 10 --seeds 1..10");
    for (int seed = 1; seed <= 10; seed++) {
      builder.add(SampleRuns.observedOften(seed), "seed-" + seed);
    }
    String page = HtmlReport.write(ReportView.of(builder.build()));
    assertThat(page.getBytes(StandardCharsets.UTF_8).length).isLessThan(FIVE_MEGABYTES);
  }

  /** A page of tables and bands, not of two thousand sections. */
  @Test
  void twoThousandRunsStayUnderEightMegabytes() {
    SummaryBuilder builder = new SummaryBuilder("compare --all --seeds 1..50");
    for (int seed = 1; seed <= 50; seed++) {
      RunResult run = seed == 7 ? SampleRuns.differing(seed) : SampleRuns.agreeing(seed);
      for (int id = 1; id <= 40; id++) {
        builder.add(
            SampleRuns.ofExperiment("experiment" + id, 1000, run),
            "experiment%d/seed-%d".formatted(id, seed));
      }
    }
    String page = HtmlReport.write(ReportView.of(builder.build()));
    assertThat(page.getBytes(StandardCharsets.UTF_8).length).isLessThan(EIGHT_MEGABYTES);
  }

  /** Of 1,800 steps, with the elements of every tensor and pictures of weights and of images. */
  @Test
  void aRunOfThreeEpochsStaysUnderNineHundredKilobytes() {
    Random random = new Random(1);
    List<Figure> figures = new ArrayList<>();
    for (int tensor = 1; tensor <= 54; tensor++) {
      figures.add(noisy(random, SampleFigures.elements("affine" + tensor + "/W", 1800)));
    }
    figures.add(images(random, "weights-affine1", 12, 1e-3));
    figures.add(images(random, "misclassified", 40, 1));
    RunResult run = SampleRuns.with(figures);
    assertThat(run.curves().loss()).hasSizeGreaterThanOrEqualTo(LOSSES);
    assertThat(page(run).getBytes(StandardCharsets.UTF_8).length)
        .isLessThan(NINE_HUNDRED_KILOBYTES);
  }

  /** Returns the same with errors that hardly pack: none is like its neighbour. */
  private static Figure noisy(Random random, Figure.Elements like) {
    List<List<Integer>> map =
        Stream.generate(() -> random.ints(32, -30, 30).boxed().toList()).limit(32).toList();
    return new Figure.Elements(
        like.id(),
        like.title(),
        like.caption(),
        like.step(),
        like.phase(),
        like.layer(),
        like.tensor(),
        like.reading(),
        like.shape(),
        like.floor(),
        like.worst(),
        like.reference(),
        like.candidate(),
        like.from(),
        like.to(),
        like.referenceCounts(),
        like.candidateCounts(),
        like.errorCounts(),
        map);
  }

  /**
   * @param unit of the pixels, of which there are 256
   */
  private static Figure images(Random random, String id, int count, double unit) {
    return new Figure.Images(
        id,
        id,
        "",
        28,
        28,
        8,
        0,
        255 * unit,
        Stream.generate(
                () ->
                    new Figure.Images.Picture(
                        "", random.ints(784, 0, 256).mapToObj(pixel -> pixel * unit).toList()))
            .limit(count)
            .toList());
  }

  @Test
  void theSameResultGivesTheSamePage() {
    assertThat(page(SampleRuns.agreeing(1))).isEqualTo(page(SampleRuns.agreeing(1)));
    assertThat(page(SampleRuns.agreeing(1))).isNotEqualTo(page(SampleRuns.agreeing(2)));
  }
}
