/** How gradients become updates: the optimizers and the learning-rate decay of chapter 6. */
package dev.lockstep.scratch.optimizers;
