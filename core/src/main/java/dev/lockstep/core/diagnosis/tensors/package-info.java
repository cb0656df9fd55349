/** Mistakes that any tensor may show: a factor, another order, a part that is something else. */
package dev.lockstep.core.diagnosis.tensors;
