/**
 * Runs, searches, benchmarks, reports, and the command line: the one place that knows all sides.
 */
package dev.lockstep.experiments;
