/**
 * For users' own tests: their model, or a single layer of theirs, against a reference. Throws
 * {@link java.lang.AssertionError} and knows no test framework.
 */
package dev.lockstep.core.assertion;
