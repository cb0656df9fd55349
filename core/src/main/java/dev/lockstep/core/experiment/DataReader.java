package dev.lockstep.core.experiment;

import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.DataSpec.Colour;
import dev.lockstep.core.data.DataSpec.Missing;
import dev.lockstep.core.data.DataSpec.Scaling;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.Key;
import dev.lockstep.core.yaml.YamlValue;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what the {@code data} block of an experiment file says about a user's own files. */
public final class DataReader {

  private static final List<String> FORMS =
      List.of("table", "images", "csv", "npz", "idx", "sequences");

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
    Map<String, String> sources = new LinkedHashMap<>();
    FORMS.forEach(
        form ->
            data.text(form)
                .ifPresent(file -> sources.put(form, form + ":" + directory.resolve(file))));
    if (sources.size() > 1) {
      throw Fields.expected(
          "one of " + String.join(", ", FORMS),
          data.required(List.copyOf(sources.keySet()).get(1)),
          data.name("source"));
    }
    return new DataSpec(
        sources.values().stream().findFirst().orElse(null),
        new DataSpec.Table(
            data.value("separator", Key.Kind.TEXT)
                .map(value -> separator(value, data))
                .orElse(null),
            data.text("encoding").orElse(null),
            data.optionalTruth("header").orElse(null),
            data.choice("decimal", List.of(false, true), c -> c ? "comma" : "point", false),
            data.texts("columns"),
            data.texts("without"),
            data.texts("categories"),
            data.texts("target"),
            data.choice(
                    "as", List.of(Task.Kind.values()), kind -> kind.name().toLowerCase(Locale.ROOT))
                .orElse(null),
            data.texts("classes"),
            missing(data),
            data.text("transform").map(file -> directory.resolve(file).toString()).orElse(null),
            scaling(data, "scaleTarget", "none").orElse(found.table().targetScaling()),
            data.optionalInteger("steps").orElse(null)),
        images(data),
        scaling(data, "scale", "what is usual for the form").orElse(null),
        data.inner("split", DataReader::division).orElse(found.division()));
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

  private static Missing missing(Fields data) {
    List<Missing.Way> ways = List.of(Missing.Way.ERROR, Missing.Way.DROP, Missing.Way.MEAN);
    YamlValue value =
        data.numberOrName(
                "missing", ways.stream().map(DataReader::id).toList(), id(Missing.Way.ERROR))
            .orElse(null);
    if (value == null) {
      return Missing.ERROR;
    }
    @Nullable Double number = number(value);
    return number != null
        ? new Missing(Missing.Way.NUMBER, number)
        : new Missing(Fields.choice(value, data.name("missing"), ways, DataReader::id), 0);
  }

  private static String id(Missing.Way way) {
    return way.name().toLowerCase(Locale.ROOT);
  }

  private static Optional<Scaling> scaling(Fields data, String key, String usual) {
    List<Scaling.Kind> kinds =
        List.of(Scaling.Kind.NONE, Scaling.Kind.STANDARDIZE, Scaling.Kind.MINMAX);
    return data.numberOrName(key, kinds.stream().map(Scaling.Kind::id).toList(), usual)
        .map(
            value -> {
              @Nullable Double divisor = number(value);
              return divisor != null
                  ? new Scaling(Scaling.Kind.DIVIDE, divisor)
                  : new Scaling(
                      Fields.choice(
                          value,
                          data.name(key) + ", a number to divide by or a name",
                          kinds,
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
    List<Integer> size = data.pair("size").orElse(List.of());
    if (size.stream().anyMatch(length -> length < 1)) {
      throw Fields.expected(
          "height and width, both at least 1", data.required("size"), data.name("size"));
    }
    return new DataSpec.Images(
        size.isEmpty() ? null : size.get(0),
        size.isEmpty() ? null : size.get(1),
        data.choice("colour", List.of(Colour.values()), Colour::id, Colour.AUTO),
        data.truth("digits", false));
  }

  static DataSpec.Division division(Fields split) {
    DataSpec.Division usual = DataSpec.FOUND.division();
    return new DataSpec.Division(
        split.number("test", usual.test()),
        split.truth("stratified", usual.stratified()),
        split.integer("seed", (int) usual.seed()));
  }
}
