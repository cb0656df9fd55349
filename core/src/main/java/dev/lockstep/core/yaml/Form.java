package dev.lockstep.core.yaml;

import dev.lockstep.core.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A mapping of a file, as its reader takes it. What may stand there is found out from the reader
 * itself: it reads an example and is watched for what it asks, and numbers at the edge are tried.
 */
public final class Form {

  /** Tried on every key that holds a number; all readers refuse numbers from an edge on. */
  private static final List<String> NUMBERS = List.of("-1", "0", "0.5", "1", "2");

  private static final List<String> WHOLE_NUMBERS = List.of("-1", "0", "1", "2");

  private static final Pattern EXPECTED = Pattern.compile("expected (.*), found ");

  private final String id;
  private final String means;
  private final YamlValue.Mapping example;
  private final YamlValue.Mapping other;
  private final Map<String, String> meanings;
  private final Consumer<Fields> reader;

  /**
   * A key with what the documentation says of it.
   *
   * @param means one sentence
   * @param range what its numbers must be, in the words of the reader; null: anything
   * @param accepted those of the tried numbers that the reader takes; empty for other kinds
   */
  public record Entry(Key key, String means, @Nullable String range, List<String> accepted) {

    /** Returns what may stand there, and what holds if nothing does, in brackets. */
    public String allowed() {
      return "(%s; %s)".formatted(values(), without());
    }

    /** Returns what may stand there. */
    public String values() {
      return switch (key.kind()) {
        case CHOICE -> "one of " + String.join(", ", key.choices());
        case CHOICES -> "a list of " + String.join(", ", key.choices());
        case NUMBER_OR_CHOICE -> String.join(", ", key.choices()) + " or a number";
        default -> {
          if (range == null) {
            yield key.kind().words();
          }
          boolean several = key.kind() == Key.Kind.PAIR || key.kind() == Key.Kind.INTEGERS;
          yield range.contains("number") && !several ? range : key.kind().words() + ", " + range;
        }
      };
    }

    /** Returns what holds if the key is not there. */
    public String without() {
      if (key.required()) {
        return "must be there";
      }
      String usual = key.usual();
      return usual == null || usual.isEmpty() ? "may be left out" : "default: " + usual;
    }
  }

  private Form(
      String id,
      String means,
      YamlValue.Mapping example,
      YamlValue.Mapping other,
      Map<String, String> meanings,
      Consumer<Fields> reader) {
    this.id = id;
    this.means = means;
    this.example = example;
    this.other = other;
    this.meanings = meanings;
    this.reader = reader;
  }

  /**
   * Reads what is said of forms: for each a sentence, an example and a sentence for each key; with
   * a second example where two keys exclude each other.
   *
   * @param owner beside which the resource {@code forms.yaml} lies
   * @param readers by the names of the forms
   */
  public static List<Form> all(Class<?> owner, Map<String, Consumer<Fields>> readers) {
    Map<String, YamlValue> told = YamlReader.parse("forms.yaml", text(owner)).values();
    if (!told.keySet().equals(readers.keySet())) {
      throw new IllegalStateException(
          "forms.yaml has %s, read are %s".formatted(told.keySet(), readers.keySet()));
    }
    List<Form> forms = new ArrayList<>();
    readers.forEach(
        (id, reader) ->
            forms.add(
                Fields.read(
                    Fields.mapping(Objects.requireNonNull(told.get(id)), id),
                    id,
                    fields ->
                        new Form(
                            id,
                            fields.text("means", ""),
                            Fields.mapping(fields.required("example"), id),
                            fields
                                .value("or")
                                .map(or -> Fields.mapping(or, id))
                                .orElse(new YamlValue.Mapping(id, Map.of())),
                            meanings(fields),
                            reader))));
    return forms;
  }

  private static Map<String, String> meanings(Fields fields) {
    Map<String, String> meanings = new LinkedHashMap<>();
    fields
        .value("keys")
        .ifPresent(
            keys ->
                Fields.mapping(keys, "keys")
                    .values()
                    .forEach((key, text) -> meanings.put(key, Fields.text(text, key))));
    return meanings;
  }

  private static String text(Class<?> owner) {
    try (InputStream in = owner.getResourceAsStream("forms.yaml")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the name, such as {@code training} or {@code layer.affine}. */
  public String id() {
    return id;
  }

  /** Returns one sentence. */
  public String means() {
    return means;
  }

  /** Returns a mapping that the reader takes. */
  public YamlValue.Mapping example() {
    return example;
  }

  /**
   * Returns every key that the reader asks for, in its order.
   *
   * @throws IllegalStateException if a key has no sentence, or a sentence no key
   */
  public List<Entry> entries() {
    Fields fields = new Fields(example, "");
    reader.accept(fields);
    fields.done();
    List<Entry> entries = new ArrayList<>();
    for (Key key : fields.asked()) {
      String meaning = meanings.get(key.name());
      if (meaning == null) {
        throw new IllegalStateException("forms.yaml says nothing of " + id + "." + key.name());
      }
      entries.add(
          new Entry(
              key, meaning, range(key), numbers(key).stream().filter(n -> takes(key, n)).toList()));
    }
    if (entries.size() != meanings.size()) {
      throw new IllegalStateException(
          "forms.yaml tells of %s in %s, asked for are %s"
              .formatted(
                  meanings.keySet(), id, entries.stream().map(e -> e.key().name()).toList()));
    }
    return entries;
  }

  private static List<String> numbers(Key key) {
    return switch (key.kind()) {
      case NUMBER, NUMBER_OR_CHOICE -> NUMBERS;
      case INTEGER, INTEGERS, PAIR -> WHOLE_NUMBERS;
      default -> List.of();
    };
  }

  private boolean takes(Key key, String number) {
    return refusal(key, number) == null;
  }

  private @Nullable String range(Key key) {
    Set<String> expected = new LinkedHashSet<>();
    for (String number : numbers(key)) {
      String refusal = refusal(key, number);
      Matcher words = EXPECTED.matcher(refusal == null ? "" : refusal);
      if (words.find()) {
        expected.add(words.group(1));
      }
    }
    return expected.isEmpty() ? null : String.join(", ", expected);
  }

  /** Returns what the reader says to the example with a number for a key; null if it takes it. */
  private @Nullable String refusal(Key key, String number) {
    YamlValue.Mapping base = other.values().containsKey(key.name()) ? other : example;
    YamlValue.Mapping tried = base.with(key.name(), new YamlValue.Scalar(base.where(), number));
    try {
      reader.accept(new Fields(tried, ""));
      return null;
    } catch (UsageException | IllegalArgumentException e) {
      return e.getMessage();
    }
  }
}
