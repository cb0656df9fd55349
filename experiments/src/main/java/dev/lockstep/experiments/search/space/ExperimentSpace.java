package dev.lockstep.experiments.search.space;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.yaml.Overrides;
import dev.lockstep.core.yaml.YamlValue;
import dev.lockstep.dl4j.ledger.Conventions;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An experiment of which some keys vary.
 *
 * @param id of the search, the name of its file
 * @param shows one sentence: what a reader learns from it, may be empty
 * @param experiment as it is named on a command line: an id, or the path of a file
 * @param file the experiment before a candidate's values are set
 * @param validation the share of the training images that scores are taken on
 * @param trials how many candidates are tried unless the user says otherwise
 * @param ranges by the experiment's dotted keys
 */
public record ExperimentSpace(
    String id,
    String shows,
    String experiment,
    ExperimentFile file,
    double validation,
    int trials,
    Map<String, Range> ranges)
    implements SearchSpace {

  /** An experiment has one of these. */
  private static final Set<String> LENGTH = Set.of("training.steps", "training.epochs");

  public ExperimentSpace {
    ranges = Collections.unmodifiableMap(new LinkedHashMap<>(ranges));
  }

  @Override
  public Wishes wishes() {
    return new Wishes(null, trials, null, null);
  }

  /** Returns this space over an experiment with values set, which no longer vary. */
  public ExperimentSpace with(Map<String, YamlValue> overrides) {
    Map<String, Range> remaining = new LinkedHashMap<>(ranges);
    overrides.forEach(
        (key, value) -> {
          remaining.replace(key, new Range.Choice(List.of(value.flow())));
          if (LENGTH.contains(key)) {
            // the other one no longer says how long
            remaining.keySet().removeIf(other -> LENGTH.contains(other) && !other.equals(key));
          }
        });
    return new ExperimentSpace(
        id, shows, experiment, file.with(overrides), validation, trials, remaining);
  }

  @Override
  public String definition() {
    return "%s %s %s".formatted(ranges, validation, file.yaml().flow());
  }

  @Override
  public Candidate candidate(Map<String, String> values, Split train) {
    return new Candidate(experiment(values), Conventions.stock());
  }

  /**
   * Returns the experiment with a candidate's values.
   *
   * @param values as they may stand after {@code key=}, by key
   * @throws UsageException if they make no network
   */
  public Experiment experiment(Map<String, String> values) {
    Map<String, YamlValue> overrides = new LinkedHashMap<>();
    values.forEach(
        (key, value) -> {
          var override = Overrides.parse(key + "=" + value);
          overrides.put(override.getKey(), override.getValue());
        });
    List<Experiment> experiments = file.experiments(overrides);
    if (experiments.size() != 1) {
      throw new UsageException(
          "%s: a search needs an experiment without variants, found %d; copy the file and keep one"
              .formatted(experiment, experiments.size()));
    }
    return experiments.get(0);
  }

  /** Returns the experiment with the first values of all ranges, or else with the last. */
  @Override
  public Experiment requireFit() {
    return firstOrLast(this::experiment);
  }
}
