/**
 * How far rounding alone carries two correct computations of the same tensor: the perturbed
 * reference, the noise floor measured with it, and the constants on which every verdict rests.
 */
package dev.lockstep.core.rounding;
