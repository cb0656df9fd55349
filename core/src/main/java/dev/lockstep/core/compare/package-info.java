/**
 * Two trainings compared step by step, and the verdict that follows.
 *
 * <p>Large because one comparison has many small parts.
 */
package dev.lockstep.core.compare;
