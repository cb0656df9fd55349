/** The seeded mistakes, by where they are made, and what has to be told of each. */
package dev.lockstep.experiments.faults.seeded;
