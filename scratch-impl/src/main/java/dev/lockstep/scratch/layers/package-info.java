/** The layers and losses of chapters 5 to 8, each with its forward and its backward pass. */
package dev.lockstep.scratch.layers;
