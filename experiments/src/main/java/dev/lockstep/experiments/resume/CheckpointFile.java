package dev.lockstep.experiments.resume;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.core.CompleteRecord;
import dev.lockstep.core.InputException;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Snapshot;
import dev.lockstep.core.compare.Snapshot.Standing;
import dev.lockstep.core.compare.SoloTraining;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.result.Solo;
import dev.lockstep.core.storage.NpzFile;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.report.ResultJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A run's snapshots in files: each a NumPy archive of every state, whose description, in JSON, says
 * which run it is of and what was found so far. No class is ever chosen by what a file says.
 */
public final class CheckpointFile {

  /**
   * The states of three sides, now and when they last agreed, and one of a step before: with room
   * for what a candidate keeps in a form of its own.
   */
  private static final long STATES = 16;

  /** What a candidate keeps besides, which may be much in a small network. */
  private static final long MORE_NUMBERS = 1 << 24;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final String NOW = "now";
  private static final String AGREED = "agreed";
  private static final String BEFORE = "before";
  private static final String REFERENCE = "reference";
  private static final String CANDIDATE = "candidate";
  private static final String TWIN = "twin";

  /**
   * What a figure over several runs needs of one that was carried out in another process, beside
   * its result.
   */
  public static final String ANSWERS = "answers.npz";

  private static final String FILE = "checkpoint.npz";
  private static final String ALONE_FILE = "checkpoint-alone.npz";

  private final Path directory;
  private final Map<String, String> run;

  /**
   * @param directory of the run's results
   * @param run what decides the run's numbers, by name
   */
  public CheckpointFile(Path directory, Map<String, String> run) {
    this.directory = directory;
    this.run = run;
  }

  private Path file() {
    return directory.resolve(FILE);
  }

  private Path aloneFile() {
    return directory.resolve(ALONE_FILE);
  }

  /** Returns whether a run can go on from what a directory holds. */
  public static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(FILE));
  }

  /** Takes away what a run needs to go on. */
  public static void delete(Path directory) throws IOException {
    Files.deleteIfExists(directory.resolve(ANSWERS));
    Files.deleteIfExists(directory.resolve(ALONE_FILE));
    Files.deleteIfExists(directory.resolve(FILE));
  }

  /**
   * Everything but tensors.
   *
   * @param run which run it is
   * @param steps by {@code now}, {@code agreed}, and these with a side after a slash
   */
  private record Description(
      Map<String, String> run, Map<String, Long> steps, Snapshot.Progress progress) {}

  /** What the reference did alone, but for its state. */
  private record Alone(Map<String, String> run, long step, List<Solo.Point> accuracy) {}

  /**
   * Replaces the checkpoint by a newer one.
   *
   * @throws IOException if it cannot be written; the older one is then still there
   */
  public void write(Snapshot snapshot) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, Long> steps = new LinkedHashMap<>();
    put(NOW, snapshot.now(), steps, tensors);
    Standing agreed = snapshot.agreed();
    if (agreed != null && agreed.step() == snapshot.now().step()) {
      steps.put(AGREED, agreed.step()); // the state there is now
    } else if (agreed != null) {
      put(AGREED, agreed, steps, tensors);
    }
    if (snapshot.before() != null) {
      put(BEFORE, snapshot.before(), steps, tensors);
    }
    String description = JSON.writeValueAsString(new Description(run, steps, snapshot.progress()));
    Files.createDirectories(directory);
    NpzFile.write(file(), new NpzFile.Described(description, tensors));
  }

  /**
   * Replaces the checkpoint of what the reference does alone by a newer one.
   *
   * @throws IOException if it cannot be written; the older one is then still there
   */
  public void write(SoloTraining.Snapshot snapshot) throws IOException {
    String description =
        JSON.writeValueAsString(new Alone(run, snapshot.state().step(), snapshot.accuracy()));
    NpzFile.write(aloneFile(), new NpzFile.Described(description, snapshot.state().tensors()));
  }

  private static void put(
      String when, Standing standing, Map<String, Long> steps, Map<String, Tensor> tensors) {
    steps.put(when, standing.step());
    put(when + "/" + REFERENCE, standing.reference(), steps, tensors);
    put(when + "/" + CANDIDATE, standing.candidate(), steps, tensors);
    if (standing.perturbed() != null) {
      put(when + "/" + TWIN, standing.perturbed(), steps, tensors);
    }
  }

  private static void put(
      String side, ModelState state, Map<String, Long> steps, Map<String, Tensor> tensors) {
    steps.put(side, state.step());
    state.tensors().forEach((path, tensor) -> tensors.put(side + "/" + path, tensor));
  }

  /**
   * Reads the checkpoint.
   *
   * @param steps that are compared
   * @return null if there is none
   * @throws InputException if the file is damaged or of another run, naming the first difference
   */
  public @Nullable Snapshot read(NetworkSpec network, long steps, LockstepOptions options) {
    if (!Files.exists(file())) {
      return null;
    }
    return read(
        file(),
        network,
        Description.class,
        (description, tensors) -> {
          requireSame(file(), description.run());
          Reader reader = new Reader(description.steps(), tensors);
          Standing now = reader.standing(NOW);
          if (now == null) {
            throw new IllegalArgumentException("expected a state to go on from, found none");
          }
          Long agreed = description.steps().get(AGREED);
          Snapshot snapshot =
              new Snapshot(
                  now,
                  agreed != null && agreed == now.step() ? now : reader.standing(AGREED),
                  description.steps().containsKey(BEFORE) ? reader.state(BEFORE) : null,
                  description.progress());
          snapshot.requireFit(network, steps, options);
          return snapshot;
        });
  }

  /**
   * Reads the checkpoint of what the reference does alone.
   *
   * @param steps of the whole run
   * @return null if there is none
   * @throws InputException if the file is damaged or of another run, naming the first difference
   */
  public SoloTraining.@Nullable Snapshot readAlone(NetworkSpec network, long steps) {
    if (!Files.exists(aloneFile())) {
      return null;
    }
    return read(
        aloneFile(),
        network,
        Alone.class,
        (alone, tensors) -> {
          requireSame(aloneFile(), alone.run());
          ModelState state = new ModelState(alone.step(), tensors);
          state.requireShapes(network.state());
          if (alone.step() < 1 || alone.step() >= steps) {
            throw new IllegalArgumentException(
                "expected a step from 1 to %d, found %d".formatted(steps - 1, alone.step()));
          }
          return new SoloTraining.Snapshot(state, alone.accuracy());
        });
  }

  private static <D extends Record, S> S read(
      Path file,
      NetworkSpec network,
      Class<D> type,
      BiFunction<D, Map<String, Tensor>, S> snapshot) {
    long numbers = network.state().values().stream().mapToLong(Shape::size).sum();
    long most = Math.min(Integer.MAX_VALUE, STATES * numbers + MORE_NUMBERS);
    NpzFile.Described described = NpzFile.readDescribed(file, (int) most);
    try {
      D description = CompleteRecord.require(JSON.readValue(described.description(), type));
      return snapshot.apply(description, described.tensors());
    } catch (JsonProcessingException e) {
      throw new InputException(
          file + ": expected the description of a checkpoint, found " + ResultJson.wrong(e), e);
    } catch (IllegalArgumentException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    }
  }

  private void requireSame(Path file, Map<String, String> found) {
    difference(found, run)
        .ifPresent(
            difference -> {
              throw new InputException(file + ": a checkpoint of another run: " + difference);
            });
  }

  /**
   * Names the first thing in which two runs differ.
   *
   * @param before as the run was begun
   * @param now as it is asked for
   */
  public static Optional<String> difference(Map<String, String> before, Map<String, String> now) {
    Set<String> names = new LinkedHashSet<>(now.keySet()); // what matters most comes first
    names.addAll(before.keySet());
    return names.stream()
        .filter(name -> !Objects.equals(before.get(name), now.get(name)))
        .map(
            name ->
                "%s was %s, is now %s"
                    .formatted(
                        name,
                        before.getOrDefault(name, "not set"),
                        now.getOrDefault(name, "not set")))
        .findFirst();
  }

  /** What a file holds, on its way to a snapshot. */
  private record Reader(Map<String, Long> steps, Map<String, Tensor> tensors) {

    @Nullable Standing standing(String when) {
      Long step = steps.get(when);
      return step == null
          ? null
          : new Standing(
              step,
              state(when + "/" + REFERENCE),
              state(when + "/" + CANDIDATE),
              steps.containsKey(when + "/" + TWIN) ? state(when + "/" + TWIN) : null);
    }

    private ModelState state(String side) {
      Long step = steps.get(side);
      if (step == null) {
        throw new IllegalArgumentException("expected a state " + side + ", found none");
      }
      return new ModelState(step, below(side));
    }

    private Map<String, Tensor> below(String folder) {
      Map<String, Tensor> found = new LinkedHashMap<>();
      tensors.forEach(
          (path, tensor) -> {
            if (path.startsWith(folder + "/")) {
              found.put(path.substring(folder.length() + 1), tensor);
            }
          });
      return found;
    }
  }
}
