/** A run's curves in the files of other programs: TensorBoard's and MLflow's. */
package dev.lockstep.report.scalars;
