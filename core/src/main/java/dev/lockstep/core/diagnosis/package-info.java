/**
 * Why two tensors differ: explanations tried in turn, each accepted only if what it leaves over
 * lies within what rounding explains, on the step that differs and on two that follow.
 *
 * <p>{@link dev.lockstep.core.diagnosis.Diagnosis} is the way in. A new cause goes where its
 * mistake is made: {@code layers}, {@code updates}, {@code network}, or {@code tensors} if any
 * tensor may show it.
 */
package dev.lockstep.core.diagnosis;
