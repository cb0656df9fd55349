/** A difference made small: one layer, a few numbers, as a JUnit 5 test that stands by itself. */
package dev.lockstep.experiments.reproduce;
