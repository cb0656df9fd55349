/** Experiment files: a network, how it is trained, and its variants, in YAML. */
package dev.lockstep.core.experiment;
