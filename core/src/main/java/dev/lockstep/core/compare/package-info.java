/** Two trainings compared step by step, and the verdict that follows. */
package dev.lockstep.core.compare;
