/** The one form in which numbers cross a module: a shape and a row-major {@code double[]}. */
package dev.lockstep.core.tensor;
