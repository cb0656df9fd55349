/**
 * From a specification to a Deeplearning4j configuration, and tensors from one form to the other.
 */
package dev.lockstep.dl4j.translate;
