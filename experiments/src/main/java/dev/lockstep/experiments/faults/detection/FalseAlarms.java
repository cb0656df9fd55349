package dev.lockstep.experiments.faults.detection;

import java.util.List;

/**
 * Comparisons of correct implementations, each with another seed.
 *
 * @param candidate that was held against scratch
 * @param runs how many comparisons
 * @param alarms those that did not agree: network, seed and what was said
 */
public record FalseAlarms(String candidate, int runs, List<String> alarms) {}
