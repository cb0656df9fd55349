package dev.lockstep.experiments.figures;

import dev.lockstep.core.result.Figure;
import dev.lockstep.core.tensor.Tensor;
import java.util.Map;
import java.util.function.Function;

/**
 * A figure of the book, and the numbers in it as both sides compute them.
 *
 * @param input what both start from: points, positions, samples
 * @param byHand the hand-written side, every array of numbers by its name
 * @param inDl4j Deeplearning4j's side, under the same names
 * @param figure draws the numbers of the hand-written side
 */
record Drawing(
    Tensor input,
    Function<Tensor, Map<String, Tensor>> byHand,
    Function<Tensor, Map<String, Tensor>> inDl4j,
    Function<Map<String, Tensor>, Figure> figure) {}
