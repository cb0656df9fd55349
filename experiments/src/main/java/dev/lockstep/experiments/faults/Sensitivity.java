package dev.lockstep.experiments.faults;

/**
 * How many gradients can be multiplied by almost 1 without the comparison noticing.
 *
 * @param excess what the factor exceeds 1 by
 * @param caught gradients for which the first step already differs
 * @param gradients of all networks, one at a time
 */
public record Sensitivity(double excess, long caught, long gradients) {}
