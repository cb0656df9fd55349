package dev.lockstep.experiments;

import dev.lockstep.experiments.machine.Blas;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Settles the BLAS before any test asks netlib for one: the order of tests must not decide. */
public final class BlasFirst implements LauncherSessionListener {

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Blas.chosen();
  }
}
