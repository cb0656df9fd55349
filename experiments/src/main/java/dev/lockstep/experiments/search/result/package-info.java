/** What a search found: the best, both sides' rankings, and what the hyperparameters are worth. */
package dev.lockstep.experiments.search.result;
