/**
 * Measures how fast networks train and predict: each side in processes of its own, in turn.
 *
 * <p>Large because every contender, every task and the processes that measure them are small
 * classes of one measurement.
 */
package dev.lockstep.experiments.bench;
