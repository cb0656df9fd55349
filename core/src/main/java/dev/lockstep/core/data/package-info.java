/** Labelled images, where they come from and how they are checked. */
package dev.lockstep.core.data;
