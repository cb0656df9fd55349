/**
 * The book's formulas where Deeplearning4j's own differ, through its extension points: updaters,
 * losses, an activation and a dropout layer, all of which survive {@code ModelSerializer}.
 */
package dev.lockstep.dl4j.book;
