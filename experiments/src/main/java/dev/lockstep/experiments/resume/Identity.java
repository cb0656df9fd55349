package dev.lockstep.experiments.resume;

import dev.lockstep.core.data.Sha256;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.wording.TypeNames;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything that decides a run's numbers, by name. It is read off the records that describe the
 * run: a component added to one of them belongs to the identity without a line here.
 */
public final class Identity {

  private final Map<String, String> values = new LinkedHashMap<>();

  /**
   * Adds a value; of a record every component, by its path.
   *
   * @throws IllegalStateException if the value is of a kind whose content cannot be read
   */
  public Identity with(String name, @Nullable Object value) {
    add(name, value);
    return this;
  }

  /** Returns what was added, in that order. */
  public Map<String, String> values() {
    return values;
  }

  private void add(String name, @Nullable Object value) {
    if (value instanceof Record content) {
      values.put(name, TypeNames.of(content));
      for (RecordComponent component : content.getClass().getRecordComponents()) {
        add(name + "." + component.getName(), read(component, content));
      }
    } else if (value instanceof List<?> list) {
      values.put(name, list.size() + " in number");
      for (int i = 0; i < list.size(); i++) {
        add(name + "[" + i + "]", list.get(i));
      }
    } else if (value instanceof Collection<?> unordered) {
      values.put(name, unordered.stream().map(Identity::plain).sorted().toList().toString());
    } else if (value instanceof Map<?, ?> map) {
      Map<String, Object> sorted = new TreeMap<>();
      map.forEach((key, element) -> sorted.put(plain(key), element));
      sorted.forEach((key, element) -> add(name + "." + key, element));
    } else {
      values.put(name, plain(value));
    }
  }

  private static String plain(@Nullable Object value) {
    if (value == null) {
      return "none";
    }
    if (value instanceof Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
    if (value instanceof OptionalDouble number) {
      return number.isPresent() ? Double.toString(number.getAsDouble()) : "none";
    }
    if (value instanceof Pattern pattern) {
      return "%s, flags %d".formatted(pattern.pattern(), pattern.flags());
    }
    if (value instanceof Path path) {
      return file(path);
    }
    if (value instanceof String
        || value instanceof Number
        || value instanceof Boolean
        || value instanceof Character
        || value instanceof Shape) {
      return value.toString();
    }
    throw new IllegalStateException(
        "identity: expected records and plain values, found " + value.getClass());
  }

  /** A file is what it holds. */
  private static String file(Path path) {
    try {
      return Files.isRegularFile(path)
          ? path + ", SHA-256 " + Sha256.of(Files.readAllBytes(path))
          : path.toString();
    } catch (IOException e) {
      return path.toString(); // whoever needs it says so
    }
  }

  private static @Nullable Object read(RecordComponent component, Record content) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(content);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("identity: cannot be read: " + content, e);
    }
  }
}
