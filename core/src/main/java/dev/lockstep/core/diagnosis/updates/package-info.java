/** Mistakes in what is done to gradients and in how parameters and running statistics move. */
package dev.lockstep.core.diagnosis.updates;
