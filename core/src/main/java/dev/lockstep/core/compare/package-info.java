/**
 * Two trainings held against each other, step by step: what is expected to be seen, what was seen,
 * how far apart it lies and how far it may lie.
 */
package dev.lockstep.core.compare;
