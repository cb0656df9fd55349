package dev.lockstep.experiments.search.space;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.yaml.Overrides;
import dev.lockstep.core.yaml.YamlValue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is searched.
 *
 * @param id of the search, the name of its file
 * @param shows one sentence: what a reader learns from it, may be empty
 * @param experiment as it is named on a command line: an id, or the path of a file
 * @param file the experiment before a candidate's values are set
 * @param validation the share of the training images that scores are taken on
 * @param trials how many candidates are tried unless the user says otherwise
 * @param ranges by the experiment's dotted keys
 */
public record SearchSpace(
    String id,
    String shows,
    String experiment,
    ExperimentFile file,
    double validation,
    int trials,
    Map<String, Range> ranges) {

  public SearchSpace {
    ranges = Collections.unmodifiableMap(new LinkedHashMap<>(ranges));
  }

  /** Returns this space over an experiment with values set, which no longer vary. */
  public SearchSpace with(Map<String, YamlValue> overrides) {
    Map<String, Range> remaining = new LinkedHashMap<>(ranges);
    overrides.forEach(
        (key, value) -> remaining.replace(key, new Range.Choice(List.of(value.flow()))));
    return new SearchSpace(
        id, shows, experiment, file.with(overrides), validation, trials, remaining);
  }

  /**
   * Returns the experiment with a candidate's values.
   *
   * @param values as they may stand behind {@code key=}, by key
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

  /**
   * Makes sure that the ranges speak of this experiment, before hours are spent on them. A corner
   * that makes no network is no error: such a candidate fails alone.
   *
   * @return the experiment with the first values of all ranges, or else with the last
   * @throws UsageException if neither make a network
   */
  public Experiment requireFit() {
    Map<String, String> first = new LinkedHashMap<>();
    Map<String, String> last = new LinkedHashMap<>();
    ranges.forEach(
        (key, range) -> {
          first.put(key, range.first());
          last.put(key, range.last());
        });
    try {
      return experiment(first);
    } catch (UsageException e) {
      try {
        return experiment(last);
      } catch (UsageException again) {
        e.addSuppressed(again);
        throw e;
      }
    }
  }
}
