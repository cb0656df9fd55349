/**
 * The book's figures that need no training: gradients, descents, activation functions and the
 * activations of untrained networks, computed by both sides and held against each other.
 */
package dev.lockstep.experiments.drawing;
