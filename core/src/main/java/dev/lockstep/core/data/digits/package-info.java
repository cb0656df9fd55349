/** Digits drawn by strokes, for whoever has no data yet. */
package dev.lockstep.core.data.digits;
