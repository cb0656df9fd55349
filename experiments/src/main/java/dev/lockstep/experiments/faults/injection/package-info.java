/**
 * How a mistake gets into a correct network: its numbers are tampered with while it computes them.
 */
package dev.lockstep.experiments.faults.injection;
