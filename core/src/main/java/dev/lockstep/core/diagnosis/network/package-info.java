/**
 * Mistakes that concern the network as a whole: a setting, the images, the labels, the loss, the
 * prediction.
 */
package dev.lockstep.core.diagnosis.network;
