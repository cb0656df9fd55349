/** MNIST: where it lies, how it is fetched and checked. */
package dev.lockstep.core.data.mnist;
