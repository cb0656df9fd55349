package dev.lockstep.experiments.search.arbiter;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.arbiter.conf.updater.AdaMaxSpace;
import org.deeplearning4j.arbiter.conf.updater.AdamSpace;
import org.deeplearning4j.arbiter.conf.updater.NadamSpace;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * A defect of Arbiter's: what {@code AdamSpace}, {@code AdaMaxSpace} and {@code NadamSpace} leave
 * unset becomes the learning rate's default, not its own.
 */
final class AdamDefaults {

  private static final Set<String> SPACES =
      Set.of(AdaMaxSpace.class.getName(), AdamSpace.class.getName(), NadamSpace.class.getName());

  private AdamDefaults() {}

  /** Returns one notice for each kind of updater and what it leaves unset. */
  static Set<String> notices(JsonNode tree) {
    Set<String> notices = new TreeSet<>();
    collect(tree, notices);
    return notices;
  }

  private static void collect(JsonNode node, Set<String> notices) {
    String type = node.path("@class").asText();
    if (SPACES.contains(type)) {
      List<String> unset =
          List.of("beta1", "beta2", "epsilon").stream()
              .filter(name -> !node.hasNonNull(name))
              .toList();
      if (!unset.isEmpty()) {
        notices.add(
            "%s leaves %s unset: Arbiter uses %s for each, the learning rate's default, and not %s, %s and %s for beta1, beta2 and epsilon as Deeplearning4j does; set them to search what was meant"
                .formatted(
                    type.substring(type.lastIndexOf('.') + 1),
                    String.join(", ", unset),
                    Adam.DEFAULT_ADAM_LEARNING_RATE,
                    Adam.DEFAULT_ADAM_BETA1_MEAN_DECAY,
                    Adam.DEFAULT_ADAM_BETA2_VAR_DECAY,
                    Adam.DEFAULT_ADAM_EPSILON));
      }
    }
    for (JsonNode child : node) {
      collect(child, notices);
    }
  }
}
