package dev.lockstep.core.experiment;

import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.DataSpec.Colour;
import dev.lockstep.core.data.DataSpec.Missing;
import dev.lockstep.core.data.DataSpec.Scaling;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.YamlValue;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what the {@code data} block of an experiment file says about a user's own files. */
public final class DataReader {

  private static final List<String> FORMS = List.of("table", "images", "csv", "npz", "idx");

  private static final Map<String, Character> SEPARATORS =
      Map.of("comma", ',', "semicolon", ';', "tab", '\t', "\\t", '\t', "space", ' ');

  private DataReader() {}

  /**
   * Reads the settings; the block may hold others, which are for the caller to read.
   *
   * @param directory from which the block names files
   */
  public static DataSpec read(Fields data, Path directory) {
    return data.checked(() -> spec(data, directory));
  }

  private static DataSpec spec(Fields data, Path directory) {
    DataSpec found = DataSpec.FOUND;
    List<String> sources = FORMS.stream().filter(data::has).toList();
    if (sources.size() > 1) {
      throw Fields.expected(
          "one of " + String.join(", ", FORMS), data.required(sources.get(1)), data.name("source"));
    }
    return new DataSpec(
        sources.isEmpty()
            ? null
            : sources.get(0) + ":" + directory.resolve(data.text(sources.get(0), "")),
        new DataSpec.Table(
            data.value("separator").map(value -> separator(value, data)).orElse(null),
            data.value("encoding").map(value -> Fields.text(value, "encoding")).orElse(null),
            data.has("header") ? (Boolean) data.truth("header", true) : null,
            data.choice("decimal", List.of(false, true), c -> c ? "comma" : "point", false),
            texts(data, "columns"),
            texts(data, "without"),
            texts(data, "categories"),
            texts(data, "target"),
            data.value("as")
                .map(
                    value ->
                        Fields.choice(
                            value,
                            data.name("as"),
                            List.of(Task.Kind.values()),
                            kind -> kind.name().toLowerCase(Locale.ROOT)))
                .orElse(null),
            texts(data, "classes"),
            missing(data),
            data.has("transform") ? directory.resolve(data.text("transform", "")).toString() : null,
            scaling(data, "scaleTarget").orElse(found.table().targetScaling())),
        images(data),
        scaling(data, "scale").orElse(null),
        data.fields("split").map(DataReader::division).orElse(found.division()));
  }

  private static Character separator(YamlValue value, Fields data) {
    String text = Fields.text(value, data.name("separator"));
    Character named = SEPARATORS.get(text);
    if (named == null && text.length() != 1) {
      throw Fields.expected(
          "one character, or comma, semicolon, tab or space", value, data.name("separator"));
    }
    return named == null ? (Character) text.charAt(0) : named;
  }

  /** Reads one text or a list of them. */
  private static List<String> texts(Fields data, String key) {
    Optional<YamlValue> value = data.value(key);
    if (value.isEmpty()) {
      return List.of();
    }
    List<YamlValue> values =
        value.get() instanceof YamlValue.Sequence sequence
            ? sequence.values()
            : List.of(value.get());
    return values.stream().map(text -> Fields.text(text, data.name(key))).toList();
  }

  private static Missing missing(Fields data) {
    YamlValue value = data.value("missing").orElse(null);
    if (value == null) {
      return Missing.ERROR;
    }
    List<Missing.Way> ways = List.of(Missing.Way.ERROR, Missing.Way.DROP, Missing.Way.MEAN);
    @Nullable Double number = number(value);
    return number != null
        ? new Missing(Missing.Way.NUMBER, number)
        : new Missing(
            Fields.choice(
                value, data.name("missing"), ways, way -> way.name().toLowerCase(Locale.ROOT)),
            0);
  }

  private static Optional<Scaling> scaling(Fields data, String key) {
    return data.value(key)
        .map(
            value -> {
              @Nullable Double divisor = number(value);
              return divisor != null
                  ? new Scaling(Scaling.Kind.DIVIDE, divisor)
                  : new Scaling(
                      Fields.choice(
                          value,
                          data.name(key) + ", a number to divide by or a name",
                          List.of(Scaling.Kind.NONE, Scaling.Kind.STANDARDIZE, Scaling.Kind.MINMAX),
                          Scaling.Kind::id),
                      1);
            });
  }

  private static @Nullable Double number(YamlValue value) {
    try {
      return value instanceof YamlValue.Scalar scalar ? Double.valueOf(scalar.text()) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static DataSpec.Images images(Fields data) {
    List<Integer> size =
        data.has("size")
            ? (data.required("size") instanceof YamlValue.Sequence sequence
                    ? sequence.values()
                    : List.of(data.required("size"), data.required("size")))
                .stream().map(length -> Fields.integer(length, data.name("size"))).toList()
            : List.of();
    if (size.size() == 1 || size.size() > 2 || size.stream().anyMatch(length -> length < 1)) {
      throw Fields.expected(
          "height and width, both at least 1", data.required("size"), data.name("size"));
    }
    return new DataSpec.Images(
        size.isEmpty() ? null : size.get(0),
        size.isEmpty() ? null : size.get(1),
        data.choice("colour", List.of(Colour.values()), Colour::id, Colour.AUTO),
        data.truth("digits", false));
  }

  private static DataSpec.Division division(Fields split) {
    DataSpec.Division usual = DataSpec.FOUND.division();
    DataSpec.Division division =
        split.checked(
            () ->
                new DataSpec.Division(
                    split.number("test", usual.test()),
                    split.truth("stratified", usual.stratified()),
                    split.integer("seed", (int) usual.seed())));
    split.done();
    return division;
  }
}
