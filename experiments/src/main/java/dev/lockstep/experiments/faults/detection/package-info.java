/** Which mistake is noticed, by what, where, and how small it may be; the page of it. */
package dev.lockstep.experiments.faults.detection;
