/**
 * From a specification to a Deeplearning4j configuration, and tensors from one form to the other.
 * Activations, initial values, losses, schedules and optimizers go both ways: one class for each
 * kind of part has both directions, and the classes that a file may name for it.
 */
package dev.lockstep.dl4j.translate;
