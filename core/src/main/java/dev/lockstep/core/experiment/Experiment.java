package dev.lockstep.core.experiment;

import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One thing to train, ready to run: an experiment file, one of its variants, and what the command
 * line changed.
 *
 * @param id of the experiment, the name of its file
 * @param choices what its variant has chosen on each axis; empty if the experiment has no variants
 * @param chapter of the book, empty if it is not from there
 * @param shows one sentence: what a reader learns from it
 * @param compared how many steps both sides take, after which the reference goes on alone; null:
 *     all of them
 * @param trainSize how many of the training images are used; null: all
 * @param testSize how many of the test images are used; null: all
 * @param member 0, or which member of an ensemble it is: each draws everything of its own
 * @param mayDiverge true if both sides are expected to leave the finite numbers together
 * @param tolerance declared in the file; empty: measured
 * @param margin the largest difference in test accuracy, as a share, at which two sides still count
 *     as equally good; null if the file declares none
 * @param initialState an archive of tensors by path to start from; null: drawn by the seed
 * @param figures that its report shows
 */
public record Experiment(
    String id,
    List<String> choices,
    String chapter,
    String shows,
    NetworkSpec network,
    TrainingSpec training,
    @Nullable Long compared,
    @Nullable Integer trainSize,
    @Nullable Integer testSize,
    long seed,
    int member,
    boolean mayDiverge,
    Optional<DeclaredTolerance> tolerance,
    @Nullable Double margin,
    @Nullable Path initialState,
    Set<FigureKind> figures) {

  /**
   * How far the two sides may lie apart where they are known not to compute the same thing.
   *
   * @param parameters relative to max(1, largest magnitude of the tensor)
   * @param accuracy as a share
   */
  public record DeclaredTolerance(double parameters, double accuracy) {}

  /** Returns the choices in one name, empty if there are none. */
  public String variant() {
    return String.join("-", choices);
  }

  /** Returns the id, with the variant behind a slash where there is one. */
  public String title() {
    return choices.isEmpty() ? id : id + "/" + variant();
  }
}
