package dev.lockstep.core.yaml;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.wording.Nearest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The fields of one mapping, asked for by name and type. {@link #done} then refuses every key that
 * nobody asked for, naming those that are valid.
 */
public final class Fields {

  private final YamlValue.Mapping mapping;
  private final String path;
  private final Set<String> asked = new LinkedHashSet<>();

  /**
   * @param path of the mapping within its file, for messages; empty for the file itself
   */
  public Fields(YamlValue.Mapping mapping, String path) {
    this.mapping = mapping;
    this.path = path;
  }

  /** Returns where the mapping stands. */
  public String where() {
    return mapping.where();
  }

  /** Returns a field as it stands. */
  public Optional<YamlValue> value(String key) {
    asked.add(key);
    return Optional.ofNullable(mapping.values().get(key));
  }

  /** Returns a field that must be there. */
  public YamlValue required(String key) {
    return value(key).orElseThrow(() -> missing(key));
  }

  /** A key that is there under a misspelt name is not missing. */
  private UsageException missing(String key) {
    for (Map.Entry<String, YamlValue> entry : mapping.values().entrySet()) {
      if (!asked.contains(entry.getKey()) && Nearest.isSlip(entry.getKey(), key)) {
        return new UsageException(
            "%s: %s: unknown key: did you mean %s?"
                .formatted(entry.getValue().where(), name(entry.getKey()), key));
      }
    }
    return new UsageException(mapping.where() + ": " + name(key) + " is missing");
  }

  private String meant(String key) {
    return Nearest.to(key, asked).stream()
        .filter(name -> Nearest.isSlip(key, name))
        .findFirst()
        .map(name -> ": did you mean " + name + "?")
        .orElse("");
  }

  /** Returns whether the mapping has the field. */
  public boolean has(String key) {
    return value(key).isPresent();
  }

  public String text(String key, String otherwise) {
    return value(key).map(value -> text(value, name(key))).orElse(otherwise);
  }

  public double number(String key) {
    return number(required(key), name(key));
  }

  public double number(String key, double otherwise) {
    return value(key).map(value -> number(value, name(key))).orElse(otherwise);
  }

  public int integer(String key) {
    return integer(required(key), name(key));
  }

  public int integer(String key, int otherwise) {
    return value(key).map(value -> integer(value, name(key))).orElse(otherwise);
  }

  public boolean truth(String key, boolean otherwise) {
    return value(key)
        .map(value -> choice(value, name(key), List.of(true, false), b -> b ? "true" : "false"))
        .orElse(otherwise);
  }

  /** Returns one of several values by the name it goes by in files. */
  public <T> T choice(String key, List<T> choices, Function<T, String> id, T otherwise) {
    return value(key).map(value -> choice(value, name(key), choices, id)).orElse(otherwise);
  }

  /** Returns the fields of a mapping within this one, if it is there. */
  public Optional<Fields> fields(String key) {
    return value(key).map(value -> new Fields(mapping(value, name(key)), name(key)));
  }

  public List<YamlValue> list(String key) {
    return list(required(key), name(key));
  }

  /** Returns the full name of a field, for messages. */
  public String name(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /**
   * @throws UsageException if the mapping has a key that was not asked for
   */
  public void done() {
    mapping
        .values()
        .forEach(
            (key, value) -> {
              if (!asked.contains(key)) {
                throw new UsageException(
                    "%s: %s: unknown key%s; valid keys: %s"
                        .formatted(value.where(), name(key), meant(key), String.join(", ", asked)));
              }
            });
  }

  /** Runs something that checks numbers, and tells where they stand if it refuses them. */
  public <T> T checked(Supplier<T> build) {
    try {
      return build.get();
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          mapping.where() + ": " + (path.isEmpty() ? "" : path + ": ") + e.getMessage(), e);
    }
  }

  public static String text(YamlValue value, String name) {
    if (value instanceof YamlValue.Scalar scalar) {
      return scalar.text();
    }
    throw expected("a text", value, name);
  }

  public static double number(YamlValue value, String name) {
    if (value instanceof YamlValue.Scalar scalar) {
      try {
        return Double.parseDouble(scalar.text());
      } catch (NumberFormatException e) {
        throw expected("a number", value, name);
      }
    }
    throw expected("a number", value, name);
  }

  public static int integer(YamlValue value, String name) {
    if (value instanceof YamlValue.Scalar scalar) {
      try {
        return Integer.parseInt(scalar.text());
      } catch (NumberFormatException e) {
        throw expected("a whole number below 2^31", value, name);
      }
    }
    throw expected("a whole number", value, name);
  }

  public static YamlValue.Mapping mapping(YamlValue value, String name) {
    if (value instanceof YamlValue.Mapping mapping) {
      return mapping;
    }
    throw expected("a mapping", value, name);
  }

  public static List<YamlValue> list(YamlValue value, String name) {
    if (value instanceof YamlValue.Sequence sequence) {
      return sequence.values();
    }
    throw expected("a list", value, name);
  }

  /** Returns the choice whose name the value is, upper or lower case. */
  public static <T> T choice(
      YamlValue value, String name, List<T> choices, Function<T, String> id) {
    List<String> names = new ArrayList<>();
    for (T choice : choices) {
      if (value instanceof YamlValue.Scalar scalar
          && scalar
              .text()
              .toLowerCase(Locale.ROOT)
              .equals(id.apply(choice).toLowerCase(Locale.ROOT))) {
        return choice;
      }
      names.add(id.apply(choice));
    }
    throw expected("one of " + String.join(", ", names), value, name);
  }

  /** Returns the error for a value that is not what it should be. */
  public static UsageException expected(String what, YamlValue value, String name) {
    return new UsageException(
        "%s: %s: expected %s, found %s".formatted(value.where(), name, what, value.kind()));
  }

  /**
   * Returns the one key and its value of a mapping such as {@code affine: {units: 100}}.
   *
   * @throws UsageException if there is not exactly one
   */
  public static Map.Entry<String, YamlValue> onlyEntry(YamlValue.Mapping mapping, String name) {
    if (mapping.values().size() != 1) {
      throw new UsageException(
          "%s: %s: expected one key, found %s"
              .formatted(mapping.where(), name, mapping.values().keySet()));
    }
    return mapping.values().entrySet().iterator().next();
  }
}
