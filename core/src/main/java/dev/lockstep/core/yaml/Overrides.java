package dev.lockstep.core.yaml;

import dev.lockstep.core.UsageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Changes to a file that are not written in it: {@code optimizer.learningRate=0.05} on the command
 * line, the variants of an experiment, the values of a search.
 */
public final class Overrides {

  private Overrides() {}

  /**
   * Returns a file with one value set. A mapping on the way that is missing is made; an element of
   * a list is addressed by its position from 0, a layer by its name.
   *
   * @param path keys joined by dots
   */
  public static YamlValue.Mapping apply(YamlValue.Mapping file, String path, YamlValue value) {
    return (YamlValue.Mapping) set(file, List.of(path.split("\\.", -1)), path, value);
  }

  private static YamlValue set(YamlValue target, List<String> keys, String path, YamlValue value) {
    if (keys.isEmpty()) {
      return value;
    }
    String key = keys.get(0);
    List<String> rest = keys.subList(1, keys.size());
    if (key.isEmpty()) {
      throw new UsageException(value.where() + ": expected key.key=value, found '" + path + "'");
    }
    if (target instanceof YamlValue.Mapping mapping) {
      if (path.equals("training." + key)) {
        mapping = withoutOtherLength(mapping, key);
      }
      YamlValue inner =
          mapping.values().getOrDefault(key, new YamlValue.Mapping(value.where(), Map.of()));
      return mapping.with(key, set(inner, rest, path, value));
    }
    if (target instanceof YamlValue.Sequence sequence) {
      List<YamlValue> values = new ArrayList<>(sequence.values());
      int at = position(key, values, path, value);
      values.set(at, set(values.get(at), insideLayer(values.get(at), key, rest), path, value));
      return new YamlValue.Sequence(sequence.where(), values);
    }
    throw new UsageException(
        "%s: %s: there is only %s at %s, which has no '%s'"
            .formatted(value.where(), path, target.kind(), target.where(), key));
  }

  /** A length that is set takes the place of the one in the file, whichever way that counts. */
  private static YamlValue.Mapping withoutOtherLength(YamlValue.Mapping training, String key) {
    return switch (key) {
      case "steps" -> training.without("epochs");
      case "epochs" -> training.without("steps");
      default -> training;
    };
  }

  /**
   * The n-th {@code affine: {units: 100}} of a list goes by the name of its layer, {@code affine2}.
   */
  private static int position(String key, List<YamlValue> values, String path, YamlValue value) {
    List<String> names = new ArrayList<>();
    Map<String, Integer> counts = new HashMap<>();
    for (YamlValue element : values) {
      String type = typeOf(element);
      names.add(type + counts.merge(type, 1, Integer::sum));
    }
    int named = names.indexOf(key);
    if (named >= 0) {
      return named;
    }
    try {
      int position = Integer.parseInt(key);
      if (position >= 0 && position < values.size()) {
        return position;
      }
    } catch (NumberFormatException e) {
      // falls through to the one message
    }
    throw new UsageException(
        "%s: %s: expected one of %s or a position from 0 to %d in place of '%s'"
            .formatted(value.where(), path, String.join(", ", names), values.size() - 1, key));
  }

  private static String typeOf(YamlValue element) {
    if (element instanceof YamlValue.Scalar scalar) {
      return scalar.text();
    }
    return element instanceof YamlValue.Mapping mapping && mapping.values().size() == 1
        ? mapping.values().keySet().iterator().next()
        : "element";
  }

  /** A layer addressed by its name means what is written after its type. */
  private static List<String> insideLayer(YamlValue element, String key, List<String> rest) {
    String type = typeOf(element);
    if (rest.isEmpty() || !(element instanceof YamlValue.Mapping) || !key.startsWith(type)) {
      return rest;
    }
    List<String> inside = new ArrayList<>(List.of(type));
    inside.addAll(rest);
    return inside;
  }

  /**
   * Returns a file without one value, which may not be there.
   *
   * @param path of two keys, joined by a dot
   */
  public static YamlValue.Mapping without(YamlValue.Mapping file, String path) {
    String outer = path.substring(0, path.indexOf('.'));
    if (!(file.values().get(outer) instanceof YamlValue.Mapping mapping)) {
      return file;
    }
    Map<String, YamlValue> left = new LinkedHashMap<>(mapping.values());
    left.remove(path.substring(path.indexOf('.') + 1));
    return file.with(outer, new YamlValue.Mapping(mapping.where(), left));
  }

  /** Reads {@code key.key=value}. */
  public static Map.Entry<String, YamlValue> parse(String text) {
    int equals = text.indexOf('=');
    if (equals <= 0) {
      throw new UsageException("expected key=value, found '" + text + "'");
    }
    String where = "command line: " + text;
    return Map.entry(
        text.substring(0, equals), YamlReader.parseValue(where, text.substring(equals + 1)));
  }
}
