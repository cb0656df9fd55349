/** What a machine has, and what a run on it stands on. */
package dev.lockstep.experiments.machine;
