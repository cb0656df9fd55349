package dev.lockstep.core.experiment;

import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.rounding.DeclaredTolerance;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
 * @param data what it is trained on and how that is read, where the command line does not say
 * @param trainSize how many of the training images are used; null: all
 * @param testSize how many of the test images are used; null: all
 * @param member 0, or which member of an ensemble it is: each draws everything of its own
 * @param mayDiverge true if both sides are expected to leave the finite numbers together
 * @param gradient how the hand-written side comes by its gradients
 * @param tolerance declared in the file; null: measured
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
    DataSpec data,
    @Nullable Integer trainSize,
    @Nullable Integer testSize,
    long seed,
    int member,
    boolean mayDiverge,
    Gradient gradient,
    @Nullable DeclaredTolerance tolerance,
    @Nullable Double margin,
    @Nullable Path initialState,
    Set<FigureKind> figures) {

  /** Ways to come by the gradients of a network. */
  public enum Gradient {
    BACKPROPAGATION,
    /** Central differences of the loss (chapter 4). */
    NUMERICAL;

    /** Returns the name by which it goes in files. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Returns another network trained as this one is: the same batches, length, sizes and seed, and
   * leave to diverge.
   *
   * @param id of the new experiment
   * @param shows see {@link Experiment}
   */
  public Experiment withNetwork(String id, String shows, NetworkSpec network) {
    return new Experiment(
        id,
        List.of(),
        "",
        shows,
        network,
        training,
        compared,
        data,
        trainSize,
        testSize,
        seed,
        0,
        mayDiverge,
        Gradient.BACKPROPAGATION,
        null,
        null,
        null,
        Set.of());
  }

  /**
   * Returns the same with other training on other amounts of data; null amounts are left as they
   * are.
   */
  public Experiment withTraining(
      TrainingSpec other, @Nullable Integer trainSamples, @Nullable Integer testSamples) {
    return new Experiment(
        id,
        choices,
        chapter,
        shows,
        network,
        other,
        compared,
        data,
        trainSamples == null ? trainSize : trainSamples,
        testSamples == null ? testSize : testSamples,
        seed,
        member,
        mayDiverge,
        gradient,
        tolerance,
        margin,
        initialState,
        figures);
  }

  /** Returns the same where both sides may leave the finite numbers together. */
  public Experiment thatMayDiverge() {
    return new Experiment(
        id,
        choices,
        chapter,
        shows,
        network,
        training,
        compared,
        data,
        trainSize,
        testSize,
        seed,
        member,
        true,
        gradient,
        tolerance,
        margin,
        initialState,
        figures);
  }

  /** Returns the choices in one name, empty if there are none. */
  public String variant() {
    return String.join("-", choices);
  }

  /** Returns the id, with the variant after a slash where there is one. */
  public String title() {
    return choices.isEmpty() ? id : id + "/" + variant();
  }
}
