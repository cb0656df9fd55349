/** What a user sees of work under way on a terminal, and how it is interrupted there. */
package dev.lockstep.experiments.terminal;
