package dev.lockstep.experiments.search.trial;

import dev.lockstep.core.InputException;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.experiments.search.strategy.ValidationAccuracy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The trials of a search that have finished, each in a file of its own from that moment on. A file
 * is there complete or not at all, at whatever moment the process is killed.
 */
public final class Trials {

  private static final String TRIAL = ".json";
  private static final String CONFIGURATION = ".dl4j.json";

  private final Path directory;
  private final Map<Integer, Kept> kept;
  private final Map<Integer, Kept> finished = new TreeMap<>();

  /**
   * A trial and what a clock gave.
   *
   * @param seconds that it took
   */
  public record Kept(Trial trial, double seconds) {}

  private Trials(Path directory, Map<Integer, Kept> kept) {
    this.directory = directory;
    this.kept = kept;
  }

  /**
   * Opens a directory of trials, making it if need be.
   *
   * @throws InputException if it cannot be read or made
   */
  public static Trials in(Path directory) {
    Map<Integer, Kept> kept = new TreeMap<>();
    try {
      Files.createDirectories(directory);
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.filter(Trials::isTrial).toList()) {
          Kept trial = JsonFile.read(file, Kept.class);
          kept.put(trial.trial().number(), trial);
        }
      }
    } catch (IOException e) {
      throw new InputException(
          "%s: expected a directory for the trials, found that it cannot be used: %s"
              .formatted(directory, Reasons.of(e)),
          e);
    }
    return new Trials(directory, kept);
  }

  private static boolean isTrial(Path file) {
    String name = file.toString();
    return name.endsWith(TRIAL) && !name.endsWith(CONFIGURATION);
  }

  private Path file(int number, String ending) {
    return directory.resolve("trial-%05d%s".formatted(number, ending));
  }

  /**
   * Keeps what {@code compare --dl4j-config} trains a candidate from, beside its trial.
   *
   * @param json as Deeplearning4j writes it
   * @throws InputException if it cannot be written
   */
  public void keepConfiguration(int number, String json) {
    JsonFile.write(file(number, CONFIGURATION), json.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the file of a trial that {@link #keepConfiguration} wrote, null if it wrote none. */
  public @Nullable Path configuration(int number) {
    Path file = file(number, CONFIGURATION);
    return Files.exists(file) ? file : null;
  }

  /**
   * Returns a trial that an earlier process finished, null if none did.
   *
   * @param values that it must have
   * @throws InputException if it has others: the directory is another search's
   */
  public @Nullable Kept kept(int number, Map<String, String> values) {
    Kept known = kept.get(number);
    if (known != null && !known.trial().values().equals(values)) {
      throw new InputException(
          "%s: expected trial %d of this search with %s, found %s; name another directory"
              .formatted(directory, number, values, known.trial().values()));
    }
    return known;
  }

  /**
   * Keeps a trial.
   *
   * @throws InputException if it cannot be written
   */
  public void finish(Kept trial) {
    int number = trial.trial().number();
    if (!kept.containsKey(number)) {
      JsonFile.write(file(number, TRIAL), trial);
    }
    synchronized (finished) {
      finished.put(number, trial);
    }
  }

  public boolean isFinished(int number) {
    synchronized (finished) {
      return finished.containsKey(number);
    }
  }

  /** Returns the reference's score of a finished trial, the worst there is if it failed. */
  public double score(int number) {
    synchronized (finished) {
      Kept trial = finished.get(number);
      return trial == null || !trial.trial().hasScores()
          ? ValidationAccuracy.WORST
          : trial.trial().referenceScore();
    }
  }

  /** Returns the finished trials in their order. */
  public List<Kept> all() {
    synchronized (finished) {
      return new ArrayList<>(finished.values());
    }
  }
}
