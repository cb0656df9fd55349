/** Data sets: what a sample and its answer are, and how they are split and checked. */
package dev.lockstep.core.data;
