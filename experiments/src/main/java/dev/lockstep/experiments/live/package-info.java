/** The page of a comparison while it runs. */
package dev.lockstep.experiments.live;
