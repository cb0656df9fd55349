/** What is below the book: products of matrices and the loops that have to be fast. */
package dev.lockstep.scratch.kernels;
