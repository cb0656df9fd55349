/** Mistakes within a layer, forward and backward, found from the layer alone. */
package dev.lockstep.core.diagnosis.layers;
