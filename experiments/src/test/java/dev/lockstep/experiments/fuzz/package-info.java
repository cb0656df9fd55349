/** Inputs that a fuzzer makes up, fed to every parser of ours. */
package dev.lockstep.experiments.fuzz;
