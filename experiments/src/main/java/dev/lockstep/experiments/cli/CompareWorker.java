package dev.lockstep.experiments.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.core.InputException;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.core.yaml.YamlReader;
import dev.lockstep.experiments.machine.Environment;
import dev.lockstep.experiments.work.Cluster;
import dev.lockstep.experiments.work.Parcel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** Carries out one run of a comparison in another process than the one that planned it. */
public final class CompareWorker implements Cluster.Worker {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Each has read its data, which the next run of the same comparison reads no more. */
  private static final Map<List<String>, CompareCommand> COMMANDS = new ConcurrentHashMap<>();

  /**
   * All that another process needs of a run.
   *
   * @param command for its report
   * @param arguments of the command line that say how it is run, without what is run
   * @param id of the experiment
   * @param yaml the experiment file's text
   * @param directory from which it names other files
   * @param path where the run's files go, which says the variant
   * @param seed of every random choice
   * @param identity what decides its numbers, by name
   */
  record Unit(
      String command,
      List<String> arguments,
      String id,
      String yaml,
      String directory,
      String path,
      long seed,
      Map<String, String> identity) {

    String text() {
      try {
        return JSON.writeValueAsString(this);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }

    private static Unit read(String text) {
      try {
        return JSON.readValue(text, Unit.class);
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException("expected a run to carry out, found " + text, e);
      }
    }

    ExperimentFile file() {
      return new ExperimentFile(id, YamlReader.parse(id, yaml), Path.of(directory));
    }
  }

  /** Returns the run's files, or why there are none. */
  @Override
  public byte[] carryOut(String text, Cluster.Here here) {
    Main.prepare();
    Environment.tellHost();
    Unit unit = Unit.read(text);
    try {
      Path directory = Files.createTempDirectory(here.room(), "lockstep-run-");
      try {
        COMMANDS
            .computeIfAbsent(unit.arguments(), words -> parsed(words, here::sent))
            .carryOut(unit, directory);
        return Parcel.of(directory);
      } finally {
        Parcel.delete(directory);
      }
    } catch (IOException e) {
      return Parcel.failure(
          new InputException("a run's files cannot be kept: " + Reasons.of(e), e),
          Environment.host());
    } catch (RuntimeException | LinkageError | OutOfMemoryError | StackOverflowError e) {
      return Parcel.failure(e, Environment.host());
    }
  }

  private static CompareCommand parsed(List<String> arguments, UnaryOperator<Path> here) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter()); // told by the process that planned
    var parsed =
        Main.commandLine()
            .setOut(nowhere)
            .setErr(nowhere)
            .parseArgs(
                arguments.stream()
                    .map(word -> SideOptions.withClassPath(word, here))
                    .toArray(String[]::new));
    return (CompareCommand) parsed.subcommand().commandSpec().userObject();
  }
}
