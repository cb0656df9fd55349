/** Several runs taken together: over seeds, variants and experiments. */
package dev.lockstep.report.summary;
