/**
 * How much a comparison can see: faults of the kinds that people make, seeded into a correct
 * implementation one at a time, and which detector notices each.
 */
package dev.lockstep.experiments.faults;
