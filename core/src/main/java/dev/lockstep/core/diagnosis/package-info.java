/**
 * Why two tensors differ: explanations tried in turn, each accepted only if what it leaves over
 * lies within what rounding explains.
 */
package dev.lockstep.core.diagnosis;
