package dev.lockstep.core.yaml;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key that a reader asks for.
 *
 * @param kind of its value
 * @param required whether a file without it is refused
 * @param usual what a file without it means, in the words of a file; null: nothing in particular
 * @param choices the names it may hold, where it holds names
 */
public record Key(
    String name, Kind kind, boolean required, @Nullable String usual, List<String> choices) {

  /** What a value is. */
  public enum Kind {
    /** The caller looks for itself. */
    ANY("anything"),
    TEXT("a text"),
    TEXTS("a text, or a list of texts"),
    NUMBER("a number"),
    INTEGER("a whole number"),
    /** One whole number, or a list of two. */
    PAIR("a whole number, or a list of two: height and width"),
    /** One whole number, or a list of several. */
    INTEGERS("a whole number, or a list of whole numbers"),
    TRUTH("`true` or `false`"),
    CHOICE("a name"),
    CHOICES("a list of names"),
    NUMBER_OR_CHOICE("a name or a number"),
    LIST("a list"),
    MAPPING("a mapping");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /** Returns what it is, for the documentation. */
    public String words() {
      return words;
    }
  }

  static Key optional(String name, Kind kind) {
    return new Key(name, kind, false, null, List.of());
  }

  static Key required(String name, Kind kind) {
    return new Key(name, kind, true, null, List.of());
  }

  static Key usual(String name, Kind kind, String usual) {
    return new Key(name, kind, false, usual, List.of());
  }

  Key of(List<String> names) {
    return new Key(name, kind, required, usual, names);
  }

  /** Returns what is known of a key that was asked for twice. */
  Key and(Key again) {
    return new Key(
        name,
        again.kind == Kind.ANY ? kind : again.kind,
        required || again.required,
        usual == null ? again.usual : usual,
        choices.isEmpty() ? again.choices : choices);
  }
}
