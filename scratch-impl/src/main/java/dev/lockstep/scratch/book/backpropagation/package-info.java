/**
 * Chapter 5: computational graphs, the network of two layers by backpropagation, and the gradient
 * check. The layers themselves are in {@code dev.lockstep.scratch.layers}.
 */
package dev.lockstep.scratch.book.backpropagation;
