/** What users may put into their own tests: right and wrong side by side. */
package dev.lockstep.experiments.example;
