/**
 * Chapter 4: loss functions, mini-batches, numerical gradients, gradient descent, and a network of
 * two layers that learns by them.
 */
package dev.lockstep.scratch.book.learning;
