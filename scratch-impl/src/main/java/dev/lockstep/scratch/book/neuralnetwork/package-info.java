/**
 * Chapter 3: activation functions, the softmax, the product of matrices, a network of three layers,
 * and inference on images, one at a time or in batches.
 */
package dev.lockstep.scratch.book.neuralnetwork;
