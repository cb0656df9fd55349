package dev.lockstep.experiments.search.result;

import dev.lockstep.experiments.search.trial.Trial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * How a trial is trained again by {@code compare}, step by step: on the same images, with the same
 * values and seeds.
 *
 * @param experiment as it is named on a command line
 * @param values that the user set for all trials, as they may stand after {@code key=}
 * @param options of {@code compare}
 * @param configurations the file that holds a trial's network, by its number; null: the values say
 *     all of it
 */
public record Rerun(
    String experiment,
    Map<String, String> values,
    List<String> options,
    @Nullable IntFunction<@Nullable Path> configurations) {

  /** Returns the command, ready for a shell; empty if Deeplearning4j made no network. */
  public String command(Trial trial) {
    List<String> words = new ArrayList<>(List.of("./lockstep", "compare", experiment));
    Map<String, String> all = new LinkedHashMap<>(values);
    if (configurations == null) {
      all.putAll(trial.values());
    }
    all.forEach((key, value) -> words.add(key + "=" + value));
    if (configurations != null) {
      Path file = configurations.apply(trial.number());
      if (file == null) {
        return "";
      }
      words.addAll(List.of("--dl4j-config", file.toString()));
    }
    words.addAll(options);
    return String.join(" ", words.stream().map(Rerun::quoted).toList());
  }

  /** Returns a word as a shell takes it for one. */
  public static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./:,=+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
