/**
 * The command line: one class per command, options that several share, exit codes.
 *
 * <p>Large because every command and every group of options is a class.
 */
package dev.lockstep.experiments.cli;
