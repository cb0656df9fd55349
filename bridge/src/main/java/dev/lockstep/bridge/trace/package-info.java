/** Runs that somebody recorded. */
package dev.lockstep.bridge.trace;
