/** NumPy's array files, read and written. */
package dev.lockstep.core.storage;
