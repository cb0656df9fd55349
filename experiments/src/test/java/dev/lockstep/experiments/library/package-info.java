/** The artifacts that others depend on, staged as for Maven Central and used by a stranger. */
package dev.lockstep.experiments.library;
