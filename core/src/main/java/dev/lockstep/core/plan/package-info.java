/** Every random choice of a run, as a function of the seed, a named stream and the step. */
package dev.lockstep.core.plan;
