/**
 * What runs over several seeds say about two sides: how well each learns, how far apart they end,
 * and how sure of that one can be.
 */
package dev.lockstep.report.statistics;
