/** The pictures that experiments ask for: of one run, and over the variants of an experiment. */
package dev.lockstep.experiments.figures;
