/** One writer per format over one result; nothing is computed here. */
package dev.lockstep.report;
