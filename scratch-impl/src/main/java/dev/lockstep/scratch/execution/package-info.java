/**
 * How layers are run one after another and as branches: where their tensors are kept, how many
 * samples come at a time, what an observer is shown, which thread computes what.
 */
package dev.lockstep.scratch.execution;
