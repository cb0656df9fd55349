/**
 * From a name on the command line to a data set: MNIST, drawn digits, arrays of NumPy and what
 * other modules read.
 */
package dev.lockstep.core.data.sources;
