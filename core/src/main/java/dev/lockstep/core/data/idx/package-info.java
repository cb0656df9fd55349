/** IDX files, the format of MNIST, read and checked. */
package dev.lockstep.core.data.idx;
