package dev.lockstep.bridge.trace;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.tensor.Tensor;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One step of a recorded run: what it started from, what it computed, what it left. */
public final class RecordedStep {

  private static final String TAP = "tap/";

  private final long number;
  private final Map<String, Tensor> before = new LinkedHashMap<>();
  private final Map<String, Tensor> masks = new LinkedHashMap<>();
  private final Map<String, String> taps = new LinkedHashMap<>();
  private final Map<Phase, Map<String, Tensor>> shown = new EnumMap<>(Phase.class);
  private @Nullable Tensor inputs;
  private @Nullable Tensor targets;

  RecordedStep(long number) {
    this.number = number;
    for (Phase phase : Phase.values()) {
      shown.put(phase, new LinkedHashMap<>());
    }
  }

  /** Returns its number, counted from 1. */
  public long number() {
    return number;
  }

  /** Returns the state before the step, by path. */
  public Map<String, Tensor> before() {
    return before;
  }

  /** Returns the masks of its dropout layers, by the layer's name. */
  public Map<String, Tensor> masks() {
    return masks;
  }

  /** Returns what it showed in a phase, by path; in the update what it left. */
  public Map<String, Tensor> shown(Phase phase) {
    return shown.getOrDefault(phase, Map.of());
  }

  /**
   * Returns where in the program tensors were recorded, by phase and path with a slash between
   * them: {@code forward/affine1/out} by {@code my_net.py:41}.
   */
  public Map<String, String> taps() {
    return taps;
  }

  /**
   * Adds where a tensor was recorded.
   *
   * @param name {@code tap/forward/affine1/out}; others are passed over
   * @param json a text in JSON
   */
  void tap(String name, String json) {
    String where = json.strip();
    if (name.startsWith(TAP) && where.length() > 2 && where.startsWith("\"")) {
      taps.put(
          name.substring(TAP.length()), Manifest.printable(where.substring(1, where.length() - 1)));
    }
  }

  /** Returns samples × input shape, null if they were not recorded. */
  public @Nullable Tensor inputs() {
    return inputs;
  }

  /** Returns samples × classes, null if they were not recorded. */
  public @Nullable Tensor targets() {
    return targets;
  }

  /**
   * Adds an entry.
   *
   * @param name without the step in front: {@code forward/affine1/out}
   * @return false if no entry has such a name
   */
  boolean add(String name, Tensor tensor) {
    if (name.equals("x")) {
      inputs = tensor;
      return true;
    }
    if (name.equals("t")) {
      targets = tensor;
      return true;
    }
    int slash = name.indexOf('/');
    String kind = name.substring(0, Math.max(slash, 0));
    String path = name.substring(slash + 1);
    if (kind.equals("before")) {
      return before.put(path, tensor) == null;
    }
    if (kind.equals("mask")) {
      return masks.put(path, tensor) == null;
    }
    for (Phase phase : Phase.values()) {
      if (phase.id().equals(kind)) {
        return shown(phase).put(path, tensor) == null;
      }
    }
    return false;
  }
}
