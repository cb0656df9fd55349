/**
 * Programs in other processes as sides of a comparison: {@code frame} is what goes through the
 * pipe, {@code program} asks a child process, {@code serve} answers as one, {@code trace} is a run
 * that somebody recorded.
 */
package dev.lockstep.bridge;
