/**
 * Everything that a network can be made of, one part after another in a small network, by hand and
 * in Deeplearning4j: forward, backward, updates, and the distributions of initial values.
 */
package dev.lockstep.experiments.verify;
