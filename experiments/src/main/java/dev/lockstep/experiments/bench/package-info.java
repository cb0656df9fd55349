/** Measures how fast networks train and predict: each side in processes of its own, in turn. */
package dev.lockstep.experiments.bench;
