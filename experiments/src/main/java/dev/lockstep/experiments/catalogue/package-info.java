/** The bundled experiments, and where an experiment that a user names is found. */
package dev.lockstep.experiments.catalogue;
