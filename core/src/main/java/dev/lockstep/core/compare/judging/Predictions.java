package dev.lockstep.core.compare.judging;

/**
 * What the reference predicts in the candidate's state.
 *
 * @param reference the predictions
 * @param perturbed those for images moved by one unit in the last place
 */
public record Predictions(Classification reference, Classification perturbed) {}
