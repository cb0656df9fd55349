/**
 * A network small enough to be read at a sitting, in plain loops: the reference and, with a fault
 * put into it, the candidate of the comparison's own tests.
 */
package dev.lockstep.core.tiny;
