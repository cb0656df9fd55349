package dev.lockstep.report;

import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.wording.Findings;
import dev.lockstep.report.FirstScreen.VerdictMeaning;
import dev.lockstep.report.Page.Next;
import dev.lockstep.report.summary.Summary;
import dev.lockstep.report.summary.Summary.Run;
import dev.lockstep.report.summary.SummaryBuilder;
import dev.lockstep.report.summary.VariantSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows: a summary and the sentences over it.
 *
 * @param title of the page
 * @param headline one sentence: what was found
 * @param meaning one sentence: what that means
 * @param failed the first run that did not agree, null if all did
 * @param cause one sentence: what most likely makes the sides differ; empty where nothing does
 * @param where the first divergence is, as names and values; empty if there is none
 * @param next what to type next
 * @param verdicts what every verdict means
 * @param divergence what is known of its first divergence, line by line; empty if there is none
 * @param attributions what explains each run, line by line; empty where there is nothing to explain
 * @param maxErrorOverFloor the largest that still counts as rounding
 * @param explained what error ÷ floor and the relative difference say
 * @param coverage of each run, one sentence
 * @param solos how the reference of each run went on alone, one sentence; empty if it did not
 * @param horizons of each variant, one sentence
 * @param variantSettings in what the variants of an experiment differ
 * @param search whose finalist the run is; null if there was none
 */
record ReportView(
    String title,
    Verdict verdict,
    String headline,
    String meaning,
    String cause,
    List<List<String>> where,
    List<Next> next,
    List<VerdictMeaning> verdicts,
    @Nullable Run failed,
    List<String> divergence,
    List<List<String>> attributions,
    double maxErrorOverFloor,
    String explained,
    List<String> coverage,
    List<String> solos,
    List<String> horizons,
    List<VariantSettings> variantSettings,
    Summary summary,
    @Nullable Object search) {

  /** Returns the page of a single run. */
  static ReportView of(RunResult result) {
    return of(new SummaryBuilder(result.command()).add(result, "").build());
  }

  static ReportView of(Summary summary) {
    Run failed = summary.failed();
    FirstDivergence first = failed == null ? null : failed.firstDivergence();
    return new ReportView(
        summary.title(),
        summary.verdict(),
        Wording.headline(summary),
        Wording.meaning(summary),
        FirstScreen.cause(failed),
        FirstScreen.where(failed),
        FirstScreen.next(summary),
        FirstScreen.verdicts(),
        failed,
        failed == null || first == null
            ? List.of()
            : Findings.divergence(
                first,
                failed.implementations().get(0).name(),
                failed.implementations().get(1).name()),
        summary.runs().stream().map(run -> Wording.attribution(run.attribution())).toList(),
        Tolerance.MAX_ERROR_OVER_FLOOR,
        Wording.differences(summary),
        summary.runs().stream().map(run -> Wording.coverage(run.coverage())).toList(),
        summary.runs().stream().map(run -> Wording.solo(run.solo())).toList(),
        summary.variants().stream().map(variant -> Wording.horizon(variant.horizon())).toList(),
        VariantSettings.of(summary.variants()),
        summary,
        null);
  }

  /** Returns the page of a feature around the comparison of one run. */
  static ReportView of(RunResult run, PageSection section) {
    ReportView page = of(run);
    return new ReportView(
        section.title(),
        section.verdict(),
        section.headline(),
        section.meaning(),
        page.cause(),
        page.where(),
        List.of(new Next("Repeat it:", FirstScreen.again(section.command()))),
        page.verdicts(),
        page.failed(),
        page.divergence(),
        page.attributions(),
        page.maxErrorOverFloor(),
        page.explained(),
        page.coverage(),
        page.solos(),
        page.horizons(),
        page.variantSettings(),
        page.summary(),
        section.content());
  }
}
