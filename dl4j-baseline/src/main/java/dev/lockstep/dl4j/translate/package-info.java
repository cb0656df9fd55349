/**
 * Activations, initial values, losses and optimizers as Deeplearning4j's own objects and back. A
 * class here holds both directions of one kind of part, and the classes that a file may name for
 * it.
 */
package dev.lockstep.dl4j.translate;
