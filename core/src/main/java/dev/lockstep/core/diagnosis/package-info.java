/**
 * Why two tensors differ: explanations tried in turn, each accepted only if what it leaves over
 * lies within what rounding explains, on the step that differs and on two that follow.
 *
 * <p>Large because there is a file for each kind of mistake that is known.
 */
package dev.lockstep.core.diagnosis;
