/**
 * The book by hand: a {@link dev.lockstep.core.model.Model} for any network, in plain Java and
 * double precision. {@code layers} holds chapters 5 to 8, {@code optimizers} chapter 6, {@code
 * kernels} the loops that have to be fast.
 */
package dev.lockstep.scratch;
