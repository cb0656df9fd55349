/**
 * Hyperparameter search: the same candidates on both sides, driven by Arbiter, kept on disk trial
 * by trial.
 */
package dev.lockstep.experiments.search;
