package dev.lockstep.core.result;

import java.util.Map;

/**
 * What was compared and what was not: a result in which nothing was compared is not an agreement.
 *
 * @param expected tensors that the network has, times the observed steps
 * @param compared of those, seen on both sides and held against each other
 * @param skipped of those, left out on purpose
 * @param oneSided of those, missing on one side at least
 * @param elements numbers compared
 * @param steps that were observed
 * @param skippedBecause how many tensors of a step were left out, by reason
 */
public record Coverage(
    long expected,
    long compared,
    long skipped,
    long oneSided,
    long elements,
    long steps,
    Map<String, Long> skippedBecause) {}
