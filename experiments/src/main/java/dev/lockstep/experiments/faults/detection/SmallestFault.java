package dev.lockstep.experiments.faults.detection;

import dev.lockstep.core.model.Phase;

/**
 * How small an error is surely found, for one kind of tensor in all networks that have it.
 *
 * @param phase in which it is computed
 * @param part that computes it: a layer, a loss or an optimizer
 * @param tensor what it is there, such as {@code W}, {@code velocity} or {@code out}
 * @param tensors of that kind, one at a time multiplied by 1 + x
 * @param leftOut how many more are rounding alone, which no factor makes wrong
 * @param inDouble the smallest power of ten that is found as x in every one of them and at the
 *     right place; {@link Double#POSITIVE_INFINITY} if none is
 * @param inFloat the same of a candidate that computes in float
 */
public record SmallestFault(
    Phase phase,
    String part,
    String tensor,
    long tensors,
    long leftOut,
    double inDouble,
    double inFloat) {}
