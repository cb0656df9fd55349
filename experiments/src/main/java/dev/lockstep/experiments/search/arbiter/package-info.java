/** Spaces that Arbiter wrote, searched like the project's own. */
package dev.lockstep.experiments.search.arbiter;
