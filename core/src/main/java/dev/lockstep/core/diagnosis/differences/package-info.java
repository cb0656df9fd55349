/** The finite-difference check: which of two gradients is the slope of its own loss. */
package dev.lockstep.core.diagnosis.differences;
