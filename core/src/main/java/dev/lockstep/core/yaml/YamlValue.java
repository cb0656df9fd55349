package dev.lockstep.core.yaml;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A value of a YAML file, with the place it came from. */
public sealed interface YamlValue {

  /** Returns where this value stands: {@code mlp.yaml:12} or {@code command line}. */
  String where();

  /** Returns what this value is, for messages. */
  String kind();

  /** Returns this value on one line, as it may stand after {@code key=}. */
  String flow();

  /** Keys and values, in the order of the file. */
  record Mapping(String where, Map<String, YamlValue> values) implements YamlValue {
    public Mapping {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    @Override
    public String kind() {
      return "a mapping";
    }

    @Override
    public String flow() {
      return values.entrySet().stream()
          .map(entry -> entry.getKey() + ": " + entry.getValue().flow())
          .collect(Collectors.joining(", ", "{", "}"));
    }

    /** Returns a copy with one key set to another value. */
    Mapping with(String key, YamlValue value) {
      Map<String, YamlValue> changed = new LinkedHashMap<>(values);
      changed.put(key, value);
      return new Mapping(where, changed);
    }

    /** Returns a copy in which a key is not set. */
    Mapping without(String key) {
      Map<String, YamlValue> changed = new LinkedHashMap<>(values);
      changed.remove(key);
      return new Mapping(where, changed);
    }
  }

  /** A list of values. */
  record Sequence(String where, List<YamlValue> values) implements YamlValue {
    public Sequence {
      values = List.copyOf(values);
    }

    @Override
    public String kind() {
      return "a list";
    }

    @Override
    public String flow() {
      return values.stream().map(YamlValue::flow).collect(Collectors.joining(", ", "[", "]"));
    }
  }

  /** A single value, as it is written. */
  record Scalar(String where, String text) implements YamlValue {
    @Override
    public String kind() {
      return text.isEmpty() ? "nothing" : "'" + text + "'";
    }

    @Override
    public String flow() {
      return text.matches("[A-Za-z0-9_./+-]+") ? text : "'" + text.replace("'", "''") + "'";
    }
  }
}
