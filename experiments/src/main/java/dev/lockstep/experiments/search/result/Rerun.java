package dev.lockstep.experiments.search.result;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a trial is trained again by {@code compare}, step by step: on the same images, with the same
 * values and seeds.
 *
 * @param experiment as it is named on a command line
 * @param values that the user set for all trials, as they may stand behind {@code key=}
 * @param options of {@code compare}
 */
public record Rerun(String experiment, Map<String, String> values, List<String> options) {

  /** Returns the command, ready for a shell. */
  public String command(Map<String, String> candidate) {
    Map<String, String> all = new LinkedHashMap<>(values);
    all.putAll(candidate);
    List<String> words = new ArrayList<>(List.of("./lockstep", "compare", experiment));
    all.forEach((key, value) -> words.add(key + "=" + value));
    words.addAll(options);
    return String.join(" ", words.stream().map(Rerun::quoted).toList());
  }

  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./:,=+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
