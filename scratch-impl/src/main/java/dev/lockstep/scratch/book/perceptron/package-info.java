/**
 * Chapter 2: the perceptron, the gates that one perceptron can be, and the gate that needs two
 * layers.
 */
package dev.lockstep.scratch.book.perceptron;
