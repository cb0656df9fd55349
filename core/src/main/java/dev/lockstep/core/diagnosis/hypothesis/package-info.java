/** What a mistake predicts, and a step of the candidate that the prediction is held against. */
package dev.lockstep.core.diagnosis.hypothesis;
