/**
 * The book's formulas where Deeplearning4j's own differ, through its extension points: updaters,
 * losses, activations and layers, all of which survive {@code ModelSerializer}.
 *
 * <p>Large because each of them is a class for the configuration and one that computes.
 */
package dev.lockstep.dl4j.book;
