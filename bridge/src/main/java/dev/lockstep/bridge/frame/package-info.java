/** Messages with tensors in the layout of safetensors. */
package dev.lockstep.bridge.frame;
