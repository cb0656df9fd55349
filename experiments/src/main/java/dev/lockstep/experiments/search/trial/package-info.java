/** One candidate trained on both sides: how it is run, judged, stopped and kept. */
package dev.lockstep.experiments.search.trial;
