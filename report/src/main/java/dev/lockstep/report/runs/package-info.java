/** Finished runs held against each other, and a page over many of them. */
package dev.lockstep.report.runs;
