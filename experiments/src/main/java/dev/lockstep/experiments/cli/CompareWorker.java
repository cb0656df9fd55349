package dev.lockstep.experiments.cli;

import dev.lockstep.experiments.work.Cluster;
import dev.lockstep.experiments.work.Parcel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Carries out one run of a comparison in another process than the one that planned it. */
public final class CompareWorker extends CommandWorker<CompareWorker.Unit> {

  public CompareWorker() {
    super(Unit.class);
  }

  /**
   * All that another process needs of a run.
   *
   * @param command for its report
   * @param arguments of the command line that say how it is run, without what is run
   * @param experiment its file
   * @param path where the run's files go, which says the variant
   * @param seed of every random choice
   * @param identity what decides its numbers, by name
   */
  record Unit(
      String command,
      List<String> arguments,
      Description experiment,
      String path,
      long seed,
      Map<String, String> identity) {}

  @Override
  byte[] carryOut(Unit unit, Cluster.Here here) throws IOException {
    Path directory = Files.createTempDirectory(here.room(), "lockstep-run-");
    try {
      command(CompareCommand.class, unit.arguments(), here).carryOut(unit, directory);
      return Parcel.of(directory);
    } finally {
      Parcel.delete(directory);
    }
  }
}
