/**
 * What an implementation must offer to take part in a comparison: {@link
 * dev.lockstep.core.model.Model}, the one interface, and what passes through it.
 */
package dev.lockstep.core.model;
