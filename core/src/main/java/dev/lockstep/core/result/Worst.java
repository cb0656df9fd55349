package dev.lockstep.core.result;

/**
 * The largest difference of a phase over the whole run, both sides running free.
 *
 * @param maxAbs NaN if an element was not finite
 * @param maxRel the largest relative difference of the tensors in this phase, which may belong to
 *     another tensor than {@code path}
 * @param path of the tensor with the largest absolute difference
 */
public record Worst(double maxAbs, double maxRel, String path, long step) {}
