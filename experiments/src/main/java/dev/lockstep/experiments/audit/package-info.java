/** Runs that somebody recorded, judged. */
package dev.lockstep.experiments.audit;
