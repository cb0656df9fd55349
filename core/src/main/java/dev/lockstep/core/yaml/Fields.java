package dev.lockstep.core.yaml;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.wording.Nearest;
import dev.lockstep.core.wording.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one mapping, asked for by name and type. {@link #done} then refuses every key that
 * nobody asked for, naming those that are valid. What was asked for is remembered: the
 * documentation and the schema of a file are made of it.
 */
public final class Fields {

  /** So many names are told whole; of more, the nearest. */
  private static final int FEW = 5;

  private final YamlValue.Mapping mapping;
  private final String path;
  private final Map<String, Key> asked = new LinkedHashMap<>();

  /** True where a key that is missing is made up, to see which others are asked for. */
  private final boolean lenient;

  private @Nullable UsageException missing;

  /**
   * @param path of the mapping within its file, for messages; empty for the file itself
   */
  public Fields(YamlValue.Mapping mapping, String path) {
    this(mapping, path, false);
  }

  private Fields(YamlValue.Mapping mapping, String path, boolean lenient) {
    this.mapping = mapping;
    this.path = path;
    this.lenient = lenient;
  }

  /**
   * Reads a mapping whole: a key that nobody asks for is an error, and so is a number that the
   * reader refuses. Of a key that does not exist and one that is missing, the first is told: the
   * one is often the other, misspelt.
   *
   * @param path of the mapping within its file, for messages
   * @param reader asks for all keys before it checks what they hold
   */
  public static <T> T read(YamlValue.Mapping mapping, String path, Function<Fields, T> reader) {
    Fields fields = new Fields(mapping, path);
    try {
      T read = fields.checked(() -> reader.apply(fields));
      fields.done();
      return read;
    } catch (UsageException e) {
      if (e == fields.missing) {
        refuseUnknown(mapping, path, reader);
      }
      throw e;
    }
  }

  /** Reads on where a key is missing, to hear of all keys that are asked for. */
  private static void refuseUnknown(
      YamlValue.Mapping mapping, String path, Function<Fields, ?> reader) {
    Fields all = new Fields(mapping, path, true);
    try {
      var unused = reader.apply(all);
    } catch (UsageException e) {
      return;
    } catch (IllegalArgumentException e) {
      // a number that was made up is refused, when all keys have been asked for
    }
    all.done();
  }

  /** Returns what was asked for so far. */
  List<Key> asked() {
    return List.copyOf(asked.values());
  }

  private Optional<YamlValue> ask(Key key) {
    asked.merge(key.name(), key, Key::and);
    return Optional.ofNullable(mapping.values().get(key.name()));
  }

  /**
   * Asks for a field that must be there.
   *
   * @param stopgap in its place, to go on asking
   */
  private YamlValue require(Key key, String stopgap) {
    return ask(key)
        .orElseGet(
            () -> {
              if (lenient) {
                return switch (key.kind()) {
                  case LIST -> new YamlValue.Sequence(mapping.where(), List.of());
                  case MAPPING -> new YamlValue.Mapping(mapping.where(), Map.of());
                  default -> new YamlValue.Scalar(mapping.where(), stopgap);
                };
              }
              missing = missing(key.name());
              throw missing;
            });
  }

  /** Returns where the mapping stands. */
  public String where() {
    return mapping.where();
  }

  /** Returns a field as it stands. */
  public Optional<YamlValue> value(String key) {
    return value(key, Key.Kind.ANY);
  }

  /**
   * Returns a field as it stands.
   *
   * @param kind that the caller makes of it
   */
  public Optional<YamlValue> value(String key, Key.Kind kind) {
    return ask(Key.optional(key, kind));
  }

  /** Returns a field that must be there. */
  public YamlValue required(String key) {
    return required(key, Key.Kind.ANY);
  }

  /**
   * Returns a field that must be there.
   *
   * @param kind that the caller makes of it
   */
  public YamlValue required(String key, Key.Kind kind) {
    return require(Key.required(key, kind), "1");
  }

  /** A key that is there under a misspelt name is not missing. */
  private UsageException missing(String key) {
    for (Map.Entry<String, YamlValue> entry : mapping.values().entrySet()) {
      if (!asked.containsKey(entry.getKey()) && Nearest.isSlip(entry.getKey(), key)) {
        return new UsageException(
            "%s: %s: unknown key: did you mean %s?"
                .formatted(entry.getValue().where(), name(entry.getKey()), key));
      }
    }
    return new UsageException(mapping.where() + ": " + name(key) + " is missing");
  }

  private String meant(String key) {
    return Nearest.to(key, asked.keySet()).stream()
        .filter(name -> Nearest.isSlip(key, name))
        .findFirst()
        .map(name -> ": did you mean " + name + "?")
        .orElse("");
  }

  /** Returns whether the mapping has the field. */
  public boolean has(String key) {
    return value(key).isPresent();
  }

  public Optional<String> text(String key) {
    return value(key, Key.Kind.TEXT).map(value -> text(value, name(key)));
  }

  public String text(String key, String otherwise) {
    return ask(Key.usual(key, Key.Kind.TEXT, otherwise))
        .map(value -> text(value, name(key)))
        .orElse(otherwise);
  }

  /** Returns one text or a list of them. */
  public List<String> texts(String key) {
    return value(key, Key.Kind.TEXTS).stream()
        .flatMap(
            value ->
                value instanceof YamlValue.Sequence sequence
                    ? sequence.values().stream()
                    : Optional.of(value).stream())
        .map(value -> text(value, name(key)))
        .toList();
  }

  public double number(String key) {
    return number(require(Key.required(key, Key.Kind.NUMBER), "0.5"), name(key));
  }

  public double number(String key, double otherwise) {
    return ask(Key.usual(key, Key.Kind.NUMBER, Numbers.exact(otherwise)))
        .map(value -> number(value, name(key)))
        .orElse(otherwise);
  }

  public Optional<Double> optionalNumber(String key) {
    return value(key, Key.Kind.NUMBER).map(value -> number(value, name(key)));
  }

  public int integer(String key) {
    return integer(required(key, Key.Kind.INTEGER), name(key));
  }

  public int integer(String key, int otherwise) {
    return ask(Key.usual(key, Key.Kind.INTEGER, Integer.toString(otherwise)))
        .map(value -> integer(value, name(key)))
        .orElse(otherwise);
  }

  public Optional<Integer> optionalInteger(String key) {
    return value(key, Key.Kind.INTEGER).map(value -> integer(value, name(key)));
  }

  public boolean truth(String key, boolean otherwise) {
    ask(Key.usual(key, Key.Kind.TRUTH, Boolean.toString(otherwise)));
    return optionalTruth(key).orElse(otherwise);
  }

  public Optional<Boolean> optionalTruth(String key) {
    return value(key, Key.Kind.TRUTH)
        .map(value -> choice(value, name(key), List.of(true, false), b -> b ? "true" : "false"));
  }

  /** Returns one of several values by the name it goes by in files. */
  public <T> T choice(String key, List<T> choices, Function<T, String> id, T otherwise) {
    ask(Key.usual(key, Key.Kind.CHOICE, id.apply(otherwise)));
    return choice(key, choices, id).orElse(otherwise);
  }

  /** Returns one of several values by the name it goes by in files, if it is there. */
  public <T> Optional<T> choice(String key, List<T> choices, Function<T, String> id) {
    return ask(Key.optional(key, Key.Kind.CHOICE).of(choices.stream().map(id).toList()))
        .map(value -> choice(value, name(key), choices, id));
  }

  /** Returns one of several names, which must be there. */
  public String choice(String key, List<String> choices) {
    YamlValue value = require(Key.required(key, Key.Kind.CHOICE).of(choices), choices.get(0));
    return choice(value, name(key), choices, Function.identity());
  }

  /** Returns values by the names they go by in files, if there is a list. */
  public <T> List<T> choices(String key, List<T> choices, Function<T, String> id) {
    return ask(Key.optional(key, Key.Kind.CHOICES).of(choices.stream().map(id).toList())).stream()
        .flatMap(value -> list(value, name(key)).stream())
        .map(value -> choice(value, name(key), choices, id))
        .toList();
  }

  /**
   * Returns a field that holds a number or a name, as it stands.
   *
   * @param usual what the reader does without it, in the words of a file
   */
  public Optional<YamlValue> numberOrName(String key, List<String> names, String usual) {
    return ask(Key.usual(key, Key.Kind.NUMBER_OR_CHOICE, usual).of(names));
  }

  /** Returns one whole number for both, or a list of two. */
  public Optional<List<Integer>> pair(String key) {
    return value(key, Key.Kind.PAIR).map(value -> pair(key, value));
  }

  /** Returns one whole number for both, or a list of two, which must be there. */
  public List<Integer> requiredPair(String key) {
    return pair(key, required(key, Key.Kind.PAIR));
  }

  private List<Integer> pair(String key, YamlValue value) {
    List<YamlValue> values =
        value instanceof YamlValue.Sequence sequence ? sequence.values() : List.of(value, value);
    if (values.size() != 2) {
      throw expected("one whole number, or height and width", value, name(key));
    }
    return values.stream().map(length -> integer(length, name(key))).toList();
  }

  /** Reads a mapping within this one, if it is there. */
  public <T> Optional<T> inner(String key, Function<Fields, T> reader) {
    return value(key, Key.Kind.MAPPING)
        .map(value -> read(mapping(value, name(key)), name(key), reader));
  }

  /** Reads a mapping within this one, which must be there. It is asked for after all others. */
  public <T> T requiredInner(String key, Function<Fields, T> reader) {
    YamlValue value = required(key, Key.Kind.MAPPING);
    if (lenient && !mapping.values().containsKey(key)) {
      throw new IllegalArgumentException("there is no stopgap for a mapping");
    }
    return read(mapping(value, name(key)), name(key), reader);
  }

  public List<YamlValue> list(String key) {
    return list(required(key, Key.Kind.LIST), name(key));
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
              if (!asked.containsKey(key)) {
                throw new UsageException(
                    "%s: %s: unknown key%s; valid keys: %s"
                        .formatted(
                            value.where(),
                            name(key),
                            meant(key),
                            String.join(", ", asked.keySet())));
              }
            });
  }

  /**
   * Runs something that checks numbers, and tells where they stand if it refuses them: a message
   * that begins with the name of a key is told of that key.
   */
  public <T> T checked(Supplier<T> build) {
    try {
      return build.get();
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      YamlValue value = mapping.values().get(message.replaceFirst(":.*", ""));
      String at = value == null ? mapping.where() : value.where();
      String within = path.isEmpty() ? "" : path + (value == null ? ": " : ".");
      throw new UsageException(at + ": " + within + message, e);
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
    if (names.size() > FEW && value instanceof YamlValue.Scalar scalar) {
      throw new UsageException(
          "%s: %s: found '%s', nearest: %s"
              .formatted(value.where(), name, scalar.text(), Nearest.listed(scalar.text(), names)));
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
