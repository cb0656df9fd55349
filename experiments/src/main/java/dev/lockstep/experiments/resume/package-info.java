/** What a run writes so that it can be resumed, and what decides whether it is the same run. */
package dev.lockstep.experiments.resume;
