package dev.lockstep.core.diagnosis.updates;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.hypothesis.Variant;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.Adjustments;
import dev.lockstep.core.network.Adjustments.Clipping;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.observation.TensorKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Gradients that are kept small otherwise than the network says. */
public final class ClippingMistakes {

  /** What PyTorch adds to a norm before it divides by it. */
  private static final double ADDED = 1e-6;

  private final ModelProvider reference;
  private final NetworkSpec network;
  private final Clipping clipping;

  /** Parameters that are clipped, in their order. */
  private final List<String> clipped;

  private final List<Hypothesis> found = new ArrayList<>();

  /** Gradients of the last step that was asked for, as they are before anything is done to them. */
  private @Nullable Raw last;

  private record Raw(Look look, @Nullable Map<String, double[]> gradients) {}

  private ClippingMistakes(ModelProvider reference, NetworkSpec network) {
    this.reference = reference;
    this.network = network;
    this.clipping = network.adjustments().clipping();
    Set<String> weighted =
        network.allLayers().stream()
            .filter(LayerSpec.Weighted.class::isInstance)
            .map(LayerSpec::name)
            .collect(Collectors.toSet());
    this.clipped =
        network.parameters().stream()
            .map(ParameterSpec::path)
            .filter(path -> weighted.contains(layer(path)))
            .toList();
  }

  /**
   * @param key the first tensor that differs
   */
  public static List<Hypothesis> of(ModelProvider reference, Look first, TensorKey key) {
    ClippingMistakes mistakes = new ClippingMistakes(reference, first.network());
    if (mistakes.clipping.kind() != Clipping.Kind.NONE
        && key.phase() == Phase.BACKWARD
        && first.network().parameters().stream().anyMatch(p -> p.path().equals(key.path()))) {
      mistakes.all();
    }
    return mistakes.found;
  }

  private static String layer(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }

  /** What is done to the raw gradients of all parameters. */
  private interface Clip {
    void apply(Map<String, double[]> gradients);
  }

  private void all() {
    add("gradients are not clipped", gradients -> {}, false);
    boolean norms =
        clipping.kind() != Clipping.Kind.ELEMENTS
            && clipping.kind() != Clipping.Kind.UNIT_LAYER
            && clipping.kind() != Clipping.Kind.UNIT_PARAMETER;
    if (clipping.kind() != Clipping.Kind.ELEMENTS) {
      add("gradients are clipped element by element, not by a norm", this::elements, false);
    }
    if (clipping.kind() != Clipping.Kind.LAYER) {
      byNorm("gradients are clipped by the norm of each layer", ClippingMistakes::layer);
    }
    if (clipping.kind() != Clipping.Kind.PARAMETER) {
      byNorm("gradients are clipped by the norm of each parameter by itself", path -> path);
    }
    byNorm("gradients are clipped by the norm of all parameters together", path -> "");
    add("weight decay is added before the gradients are clipped, not after", this::right, true);
    only("biases are not clipped", path -> !path.endsWith("/b"));
    if (clipped.size() < network.parameters().size()) {
      add(
          "gamma and beta are clipped too",
          gradients -> clip(gradients, new ArrayList<>(gradients.keySet()), norm -> norm),
          false);
    }
    if (norms) {
      norm("the norm that gradients are clipped by goes without its root", norm -> norm * norm);
      norm("1e-6 is added to the norm that gradients are clipped by", norm -> norm + ADDED);
      add(
          "gradients are clipped by the root of their mean square, not of its sum",
          gradients -> {
            for (List<String> group : groups(clipped)) {
              int size =
                  group.stream()
                      .map(gradients::get)
                      .filter(Objects::nonNull)
                      .mapToInt(gradient -> gradient.length)
                      .sum();
              scale(gradients, group, norm(gradients, group) / Math.sqrt(size), limit(false));
            }
          },
          false);
    }
  }

  private interface Norm {
    double of(double norm);
  }

  private interface Factor {
    double of(double norm);
  }

  /** Returns the factor of gradients by their norm, as the network says or the simple one. */
  private Factor limit(boolean plain) {
    boolean unit =
        !plain
            && (clipping.kind() == Clipping.Kind.UNIT_LAYER
                || clipping.kind() == Clipping.Kind.UNIT_PARAMETER);
    double threshold = clipping.threshold();
    return norm ->
        unit ? 1 / (norm == 0 ? UNIT_OF_ZERO : norm) : norm > threshold ? threshold / norm : 1;
  }

  /** What takes the place of a norm of 0 that is divided by. */
  private static final double UNIT_OF_ZERO = 1e-5;

  private void byNorm(String text, Function<String, String> group) {
    add(
        text,
        gradients ->
            clipped.stream()
                .collect(Collectors.groupingBy(group, LinkedHashMap::new, Collectors.toList()))
                .values()
                .forEach(paths -> scale(gradients, paths, norm(gradients, paths), limit(true))),
        false);
  }

  private void norm(String text, Norm other) {
    add(text, gradients -> clip(gradients, clipped, other), false);
  }

  private void only(String text, Predicate<String> meant) {
    add(
        text,
        gradients -> clip(gradients, clipped.stream().filter(meant).toList(), norm -> norm),
        false);
    if (clipping.kind().ofLayer()) {
      add(
          text + ", and count in the norm",
          gradients -> {
            for (List<String> group : groups(clipped)) {
              scale(
                  gradients,
                  group.stream().filter(meant).toList(),
                  norm(gradients, group),
                  limit(false));
            }
          },
          false);
    }
  }

  private void right(Map<String, double[]> gradients) {
    clip(gradients, clipped, norm -> norm);
  }

  /** Clips as the network says, but for the norm. */
  private void clip(Map<String, double[]> gradients, List<String> paths, Norm other) {
    if (clipping.kind() == Clipping.Kind.ELEMENTS) {
      paths.forEach(path -> elements(gradients, path));
      return;
    }
    for (List<String> group : groups(paths)) {
      scale(gradients, group, other.of(norm(gradients, group)), limit(false));
    }
  }

  private List<List<String>> groups(List<String> paths) {
    return List.copyOf(
        paths.stream()
            .collect(
                Collectors.groupingBy(
                    path -> clipping.kind().ofLayer() ? layer(path) : path,
                    LinkedHashMap::new,
                    Collectors.toList()))
            .values());
  }

  private void elements(Map<String, double[]> gradients) {
    clipped.forEach(path -> elements(gradients, path));
  }

  private void elements(Map<String, double[]> gradients, String path) {
    double limit = clipping.threshold();
    gradients.computeIfPresent(
        path,
        (p, gradient) ->
            Numbers.each(gradient.length, i -> Math.max(-limit, Math.min(limit, gradient[i]))));
  }

  private static double norm(Map<String, double[]> gradients, List<String> paths) {
    double sum = 0;
    for (String path : paths) {
      double norm = Numbers.norm(gradients.getOrDefault(path, new double[0]));
      sum += norm * norm;
    }
    return Math.sqrt(sum);
  }

  private static void scale(
      Map<String, double[]> gradients, List<String> paths, double norm, Factor factor) {
    for (String path : paths) {
      gradients.computeIfPresent(path, (p, gradient) -> Numbers.times(factor.of(norm), gradient));
    }
  }

  /**
   * @param decayed whether weight decay is added first
   */
  private void add(String text, Clip clip, boolean decayed) {
    if (decayed && network.weightDecay() == 0 && network.adjustments().l1() == 0) {
      return;
    }
    found.add(
        new Hypothesis(
            NAMED,
            text,
            look -> {
              Map<String, double[]> raw = raw(look);
              if (raw == null) {
                return null;
              }
              Map<String, double[]> gradients = new LinkedHashMap<>(raw);
              if (decayed) {
                gradients.replaceAll((path, gradient) -> look.decayed(path, gradient));
              }
              clip.apply(gradients);
              if (!decayed) {
                gradients.replaceAll((path, gradient) -> look.decayed(path, gradient));
              }
              Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
              gradients.forEach(
                  (path, gradient) -> predicted.put(new TensorKey(Phase.BACKWARD, path), gradient));
              return predicted;
            }));
  }

  /** Returns the gradients as they are before anything is done to them. */
  @SuppressWarnings("ReferenceEquality") // of the very step, not of one like it
  private @Nullable Map<String, double[]> raw(Look look) {
    Raw known = last;
    if (known == null || known.look() != look) {
      NetworkSpec plain =
          network
              .withWeightDecay(0)
              .withAdjustments(
                  new Adjustments(
                      0, Adjustments.NONE.clipping(), network.adjustments().biasRate()));
      Map<TensorKey, double[]> shown = Variant.of(look).with(plain).stepped(reference, look);
      Map<String, double[]> gradients = new LinkedHashMap<>();
      for (ParameterSpec parameter : network.parameters()) {
        double[] gradient =
            shown == null ? null : shown.get(new TensorKey(Phase.BACKWARD, parameter.path()));
        if (gradient != null) {
          gradients.put(parameter.path(), gradient);
        }
      }
      known = new Raw(look, gradients.size() == network.parameters().size() ? gradients : null);
      last = known;
    }
    return known.gradients();
  }
}
