package dev.lockstep.experiments.search.space;

import dev.lockstep.core.LockstepException;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.dl4j.ledger.Convention;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What is searched: keys, what each may be, and what is trained with a candidate's values. */
public interface SearchSpace {

  /**
   * What a candidate's values make.
   *
   * @param experiment to train
   * @param conventions that are left to Deeplearning4j's way where the search is not aligned
   */
  record Candidate(Experiment experiment, Set<Convention> conventions) {
    public Candidate {
      conventions = Set.copyOf(conventions);
    }
  }

  /**
   * What a space says of its search, which the command line wins over; null where it says nothing.
   *
   * @param strategy how candidates are chosen, by its name on the command line
   * @param trials how many are tried
   * @param time after which none begins
   * @param seed of the candidates
   */
  record Wishes(
      @Nullable String strategy,
      @Nullable Integer trials,
      @Nullable Duration time,
      @Nullable Long seed) {
    public static final Wishes NONE = new Wishes(null, null, null, null);
  }

  /** Returns the name of the search, that of its file. */
  String id();

  /** Returns one sentence: what a reader learns from it, may be empty. */
  String shows();

  /** Returns the experiment as it is named on a command line: an id, or the path of a file. */
  String experiment();

  /** Returns the share of the training images that scores are taken on. */
  double validation();

  /** Returns what it says of its search. */
  Wishes wishes();

  /** Returns what may vary, by key. */
  Map<String, Range> ranges();

  /** Returns everything in files that the results depend on: equal for equal searches only. */
  String definition();

  /** Returns what a user has to know of this space before it is searched. */
  default List<String> notices() {
    return List.of();
  }

  /**
   * Makes sure that the ranges make networks, before hours are spent on them. A corner that makes
   * none is no error: such a candidate fails alone.
   *
   * @return how candidates are trained; the network is one of theirs, or whatever stands there
   * @throws LockstepException if neither the first values of all ranges nor the last make a network
   */
  Experiment requireFit();

  /**
   * Makes sure that a candidate can be trained on the data, before the first trial.
   *
   * @param train what it is trained on
   * @throws LockstepException with the reason, if none of those tried can be
   */
  default void requireFit(Split train) {}

  /**
   * @param values of the ranges, by key
   * @param train what it is trained on
   * @throws LockstepException if they make no network, or one that the scratch side has no words
   *     for
   */
  Candidate candidate(Map<String, String> values, Split train);

  /** Returns whether a trial is trained again from a file beside it, not from its values. */
  default boolean hasConfigurations() {
    return false;
  }

  /**
   * Returns what {@code compare --dl4j-config} trains a candidate from; null if there is none.
   *
   * @throws LockstepException if the values make no network
   */
  default @Nullable String configuration(Map<String, String> values) {
    return null;
  }

  /**
   * Returns what a function makes of the first values of all ranges, or else of the last.
   *
   * @throws LockstepException as the function does of the first, if it does of both
   */
  default <T> T firstOrLast(Function<Map<String, String>, T> function) {
    Map<String, String> first = new LinkedHashMap<>();
    Map<String, String> last = new LinkedHashMap<>();
    ranges()
        .forEach(
            (key, range) -> {
              first.put(key, range.first());
              last.put(key, range.last());
            });
    try {
      return function.apply(first);
    } catch (LockstepException e) {
      try {
        return function.apply(last);
      } catch (LockstepException again) {
        e.addSuppressed(again);
        throw e;
      }
    }
  }
}
