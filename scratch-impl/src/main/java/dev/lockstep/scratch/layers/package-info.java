/**
 * The layers and losses of chapters 5 to 8, each with its forward and its backward pass.
 *
 * <p>Large because every layer and loss of the book is a class.
 */
package dev.lockstep.scratch.layers;
