/** Where a tensor is judged: readings, what they find, and what a run has come to so far. */
package dev.lockstep.core.compare.judging;
