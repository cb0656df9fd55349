package dev.lockstep.experiments.cli;

import dev.lockstep.experiments.machine.Environment;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String commit = Environment.commit();
    return new String[] {
      "lockstep "
          + Environment.version()
          + (commit.equals("unknown") ? "" : " (commit " + commit + ")"),
      "Deeplearning4j " + Environment.dl4jVersion() + ", Java " + Runtime.version()
    };
  }
}
