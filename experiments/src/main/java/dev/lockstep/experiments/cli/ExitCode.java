package dev.lockstep.experiments.cli;

import dev.lockstep.experiments.terminal.Interruption;

/** What the process ends with, where a verdict does not say it. */
final class ExitCode {

  static final int OK = 0;
  static final int USAGE = 2;
  static final int INTERNAL = 3;
  static final int INPUT = 4;
  static final int NOTHING_COMPARED = 5;
  static final int INTERRUPTED = Interruption.EXIT_CODE;

  private ExitCode() {}
}
