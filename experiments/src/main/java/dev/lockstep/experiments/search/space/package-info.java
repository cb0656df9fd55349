/** What is searched: an experiment, and ranges for any of its values. */
package dev.lockstep.experiments.search.space;
