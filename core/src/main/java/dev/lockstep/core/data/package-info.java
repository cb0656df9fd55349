/**
 * Labelled images, where they come from and how they are checked.
 *
 * <p>Large because reading, making and fetching data are small classes; what only MNIST needs is
 * marked by its name.
 */
package dev.lockstep.core.data;
