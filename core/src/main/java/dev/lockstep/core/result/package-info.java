/** One model of everything that a run found. Report formats write it; none computes anything. */
package dev.lockstep.core.result;
