/**
 * Chapter 8: inference in half precision. Deep networks and networks that branch are built of the
 * layers in {@code dev.lockstep.scratch.layers}.
 */
package dev.lockstep.scratch.book.deeplearning;
