/**
 * Chapter 6: the paths of the optimizers, and what initial values do to the activations. The
 * optimizers themselves are in {@code dev.lockstep.scratch.optimizers}, batch normalization and
 * dropout in {@code dev.lockstep.scratch.layers}, initial values in {@code
 * dev.lockstep.scratch.WeightInitialization}.
 */
package dev.lockstep.scratch.book.techniques;
