/** What a run leaves behind, so that it can be gone on with. */
package dev.lockstep.experiments.resume;
