/**
 * What is trained: layers, loss, initial values, optimizer and weight decay as small immutable
 * records, and the paths by which every tensor is known.
 */
package dev.lockstep.core.network;
