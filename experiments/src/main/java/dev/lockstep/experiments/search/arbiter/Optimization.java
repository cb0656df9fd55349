package dev.lockstep.experiments.search.arbiter;

import dev.lockstep.experiments.search.space.SearchSpace.Wishes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * What a whole {@code OptimizationConfiguration} says around its space: how candidates are chosen
 * and when the search ends. No object is made of any of it.
 *
 * @param wishes what the search takes over
 * @param notices what it takes over and what not
 */
record Optimization(JsonNode space, Wishes wishes, List<String> notices) {

  private static final String CLASS = "@class";

  /** Returns what a file says; of a file that holds a space alone, that it says nothing more. */
  static Optimization of(JsonNode file) {
    return file.path(CLASS).asText().equals(OptimizationConfiguration.class.getName())
        ? read(file)
        : new Optimization(file, Wishes.NONE, List.of());
  }

  private static Optimization read(JsonNode file) {
    List<String> notices = new ArrayList<>();
    JsonNode generator = file.path("candidateGenerator");
    String strategy = strategy(simpleName(generator));
    Integer trials = null;
    Duration time = null;
    for (JsonNode condition : file.path("terminationConditions")) {
      if (condition.path("maxCandidates").canConvertToInt()) {
        trials = condition.path("maxCandidates").asInt();
      } else if (condition.has("duration")) {
        time = duration(condition);
      } else {
        notices.add("the file's %s is not used".formatted(simpleName(condition)));
      }
    }
    Long seed = file.path("rngSeed").isIntegralNumber() ? file.path("rngSeed").asLong() : null;
    notices.add(
        0,
        "the file asks for %s%s%s%s: so it is unless you say otherwise"
            .formatted(
                strategy == null
                    ? "candidates of a %s, which is not known here (--strategy random is used)"
                        .formatted(simpleName(generator))
                    : "a %s search".formatted(strategy),
                trials == null ? "" : ", at most %d candidates".formatted(trials),
                time == null ? "" : ", at most %d s".formatted(time.toSeconds()),
                seed == null ? "" : ", seed %d".formatted(seed)));
    if (generator.has("discretizationCount")) {
      notices.add(
          "the file's grid divides each range into %d values%s; here a grid has up to five, in order"
              .formatted(
                  generator.path("discretizationCount").asInt(),
                  generator.path("mode").asText().equals("RandomOrder")
                      ? " and is walked at random"
                      : ""));
    }
    notices.add(
        "a candidate's score is the share of held-out training samples that it gets right; the file's %s is not used"
            .formatted(score(file.path("scoreFunction"))));
    return new Optimization(
        generator.path("parameterSpace"), new Wishes(strategy, trials, time, seed), notices);
  }

  private static String score(JsonNode function) {
    String metric = function.path("metric").asText();
    return simpleName(function) + (metric.isEmpty() ? "" : " of " + metric);
  }

  private static @Nullable String strategy(String generator) {
    for (String strategy : List.of("random", "grid", "genetic")) {
      if (generator.toLowerCase(Locale.ROOT).startsWith(strategy)) {
        return strategy;
      }
    }
    return null;
  }

  private static @Nullable Duration duration(JsonNode condition) {
    for (TimeUnit unit : TimeUnit.values()) {
      if (unit.name().equals(condition.path("timeUnit").asText())) {
        return Duration.of(condition.path("duration").asLong(), unit.toChronoUnit());
      }
    }
    return null;
  }

  private static String simpleName(JsonNode node) {
    String name = node.path(CLASS).asText("unnamed class");
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
