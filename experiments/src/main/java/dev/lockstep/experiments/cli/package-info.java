/** The command line: one class per command, options that several share, exit codes. */
package dev.lockstep.experiments.cli;
