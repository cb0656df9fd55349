/** Who carries out work that consists of many runs. */
package dev.lockstep.experiments.work;
