/**
 * How much a comparison can see: faults of the kinds that people make, seeded into a correct
 * implementation one at a time, and which detector notices each.
 *
 * <p>Large because the sixty faults, grouped by where they are made, and the machine that injects
 * and measures them need each other.
 */
package dev.lockstep.experiments.faults;
