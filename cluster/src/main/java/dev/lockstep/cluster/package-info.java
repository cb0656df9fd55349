/** Carries runs out on Apache Spark. */
package dev.lockstep.cluster;
