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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Carries out units of a command's work in another process than the one that planned them. How is
 * told by the command's own options, what by the unit.
 *
 * @param <U> a unit, a record that goes out as JSON
 */
abstract class CommandWorker<U extends Record> implements Cluster.Worker {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Each has read its data, which the next unit of the same command reads no more. */
  private static final Map<List<String>, Object> COMMANDS = new ConcurrentHashMap<>();

  private final Class<U> type;

  CommandWorker(Class<U> type) {
    this.type = type;
  }

  /** Returns what goes out. */
  static String text(Record unit) {
    try {
      return JSON.writeValueAsString(unit);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * An experiment file on its way to another process.
   *
   * @param id of the experiment
   * @param yaml its text
   * @param directory from which it names other files
   */
  record Description(String id, String yaml, String directory) {

    static Description of(ExperimentFile file) {
      return new Description(
          file.id(), file.yaml().flow(), file.directory().toAbsolutePath().toString());
    }

    ExperimentFile file() {
      return new ExperimentFile(id, YamlReader.parse(id, yaml), Path.of(directory));
    }
  }

  @Override
  public final byte[] carryOut(String text, Cluster.Here here) {
    Main.prepare();
    Environment.tellHost();
    try {
      return carryOut(JSON.readValue(text, type), here);
    } catch (IOException e) {
      return Parcel.failure(
          new InputException("files cannot be kept: " + Reasons.of(e), e), Environment.host());
    } catch (RuntimeException | LinkageError | OutOfMemoryError | StackOverflowError e) {
      return Parcel.failure(e, Environment.host());
    }
  }

  /** Returns the files that come of a unit, as a parcel. */
  abstract byte[] carryOut(U unit, Cluster.Here here) throws IOException;

  /** Returns the command of these words, which stays for other units. */
  static <C> C command(Class<C> type, List<String> words, Cluster.Here here) {
    return type.cast(COMMANDS.computeIfAbsent(words, key -> parsed(key, here)));
  }

  private static Object parsed(List<String> words, Cluster.Here here) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter()); // told by the process that planned
    return Main.commandLine()
        .setOut(nowhere)
        .setErr(nowhere)
        .parseArgs(
            words.stream()
                .map(word -> SideOptions.withClassPath(word, here::sent))
                .toArray(String[]::new))
        .subcommand()
        .commandSpec()
        .userObject();
  }

  /**
   * Returns the words of a command as another process is told them.
   *
   * @param besides options that it is not told
   */
  static List<String> words(CommandSpec spec, Set<String> besides) {
    List<String> words = new ArrayList<>(List.of(spec.name()));
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      String name = option.longestName();
      if (besides.contains(name)) {
        continue;
      }
      for (String value : option.originalStringValues()) {
        words.add(
            option.arity().max() == 0 ? name : name + "=" + DataOptions.anywhere(name, value));
      }
    }
    return words;
  }
}
