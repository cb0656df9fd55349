package dev.lockstep.report;

import dev.lockstep.core.result.Verdict;

/**
 * What a feature puts on the page of a run.
 *
 * @param title of the page
 * @param verdict over everything on the page
 * @param headline one sentence: what was found
 * @param meaning one sentence: what that means
 * @param command that it was made by
 * @param content the feature's own numbers, for the page's script
 */
public record PageSection(
    String title,
    Verdict verdict,
    String headline,
    String meaning,
    String command,
    Object content) {}
