/**
 * The convention ledger: every known difference between the book's formulas and Deeplearning4j's as
 * data ({@link dev.lockstep.dl4j.ledger.Convention}), and the search for those that explain what a
 * comparison finds ({@link dev.lockstep.dl4j.ledger.Attribution}).
 */
package dev.lockstep.dl4j.ledger;
