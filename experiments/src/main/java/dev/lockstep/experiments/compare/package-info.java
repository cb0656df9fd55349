/** From an experiment and a data set to results. */
package dev.lockstep.experiments.compare;
