/** What was found, in words: the same on the command line, in every report and in an assertion. */
package dev.lockstep.core.wording;
