/**
 * The book, chapter by chapter: {@code perceptron} (2), {@code neuralnetwork} (3), {@code learning}
 * (4), {@code backpropagation} (5) and {@code techniques} (6).
 *
 * <p>These classes are for reading and for small numbers. The layers and optimizers that train
 * whole networks live in the packages beside this one; chapters 5 and 6 use them.
 */
package dev.lockstep.scratch.book;
