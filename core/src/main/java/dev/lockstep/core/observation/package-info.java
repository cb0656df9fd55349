/** What a step is expected to show, what it showed, and how far two tensors differ. */
package dev.lockstep.core.observation;
