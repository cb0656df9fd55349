package dev.lockstep.experiments.search.space;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.YamlValue;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.distribution.LogUniformDistribution;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.discrete.DiscreteParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;

/** The values that one key of an experiment may take. */
public sealed interface Range {

  /** Returns the name used in space files. */
  String kind();

  /** Returns the first value, as it stands in an experiment file. */
  String first();

  /** Returns the last value, as it stands in an experiment file. */
  String last();

  /** Returns values to try a space with: all of a choice, otherwise both ends and the middle. */
  List<String> examples();

  /** Returns Arbiter's form of this range; not for ranges of one value. */
  ParameterSpace<?> parameterSpace();

  /** Returns whether there is only one value: Arbiter's grid fails on those. */
  default boolean isSingle() {
    return first().equals(last());
  }

  /** Any number from {@code low} to {@code high}, each as likely as any other. */
  record Uniform(double low, double high) implements Range {
    @Override
    public String kind() {
      return "uniform";
    }

    @Override
    public String first() {
      return Double.toString(low);
    }

    @Override
    public String last() {
      return Double.toString(high);
    }

    @Override
    public List<String> examples() {
      return List.of(first(), last(), Double.toString(low + (high - low) / 2));
    }

    @Override
    public ParameterSpace<?> parameterSpace() {
      return new ContinuousParameterSpace(low, high);
    }
  }

  /** Any number from {@code low} to {@code high}, each order of magnitude as likely as another. */
  record LogUniform(double low, double high) implements Range {
    @Override
    public String kind() {
      return "logUniform";
    }

    @Override
    public String first() {
      return Double.toString(low);
    }

    @Override
    public String last() {
      return Double.toString(high);
    }

    @Override
    public List<String> examples() {
      return List.of(first(), last(), Double.toString(Math.sqrt(low) * Math.sqrt(high)));
    }

    @Override
    public ParameterSpace<?> parameterSpace() {
      return new ContinuousParameterSpace(new LogUniformDistribution(low, high));
    }
  }

  /** A whole number from {@code low} to {@code high}. */
  record Whole(int low, int high) implements Range {
    @Override
    public String kind() {
      return "integer";
    }

    @Override
    public String first() {
      return Integer.toString(low);
    }

    @Override
    public String last() {
      return Integer.toString(high);
    }

    @Override
    public List<String> examples() {
      return List.of(first(), last(), Integer.toString((int) (((long) low + high) / 2)));
    }

    @Override
    public ParameterSpace<?> parameterSpace() {
      return new IntegerParameterSpace(low, high);
    }
  }

  /**
   * One of several values.
   *
   * @param values as they may stand after {@code key=}
   */
  record Choice(List<String> values) implements Range {
    public Choice {
      values = List.copyOf(values);
    }

    @Override
    public String kind() {
      return "choice";
    }

    @Override
    public String first() {
      return values.get(0);
    }

    @Override
    public String last() {
      return values.get(values.size() - 1);
    }

    @Override
    public List<String> examples() {
      return values;
    }

    @Override
    public ParameterSpace<?> parameterSpace() {
      return new DiscreteParameterSpace<>(values);
    }
  }

  /**
   * Reads {@code {logUniform: [1e-6, 1e-2]}}, {@code {uniform: …}}, {@code {integer: …}} or {@code
   * {choice: [relu, tanh]}}.
   *
   * @param name of the value in messages
   * @throws UsageException naming place, key and what is wrong
   */
  static Range read(YamlValue value, String name) {
    Map.Entry<String, YamlValue> entry = Fields.onlyEntry(Fields.mapping(value, name), name);
    String kind = entry.getKey();
    String path = name + "." + kind;
    List<YamlValue> values = Fields.list(entry.getValue(), path);
    if (kind.equals("choice")) {
      return choice(entry.getValue(), values, path);
    }
    if (!List.of("uniform", "logUniform", "integer").contains(kind)) {
      throw new UsageException(
          "%s: %s: expected one of uniform, logUniform, integer, choice, found '%s'"
              .formatted(value.where(), name, kind));
    }
    if (values.size() != 2) {
      throw new UsageException(
          "%s: %s: expected [lowest, highest], found %d values"
              .formatted(value.where(), path, values.size()));
    }
    return between(kind, values.get(0), values.get(1), path);
  }

  private static Range choice(YamlValue list, List<YamlValue> values, String path) {
    List<String> texts = values.stream().map(YamlValue::flow).toList();
    if (texts.isEmpty() || texts.stream().distinct().count() != texts.size()) {
      throw new UsageException(
          "%s: %s: expected at least one value, each once, found %s"
              .formatted(list.where(), path, list.flow()));
    }
    return new Choice(texts);
  }

  private static Range between(String kind, YamlValue first, YamlValue second, String path) {
    double low = Fields.number(first, path);
    double high = Fields.number(second, path);
    if (!(low <= high) || Double.isInfinite(low) || Double.isInfinite(high)) {
      throw Fields.expected("the highest, not below the lowest " + first.kind(), second, path);
    }
    if (kind.equals("integer")) {
      return new Whole(Fields.integer(first, path), Fields.integer(second, path));
    }
    if (kind.equals("logUniform") && !(low > 0)) {
      throw Fields.expected("more than 0 for a logarithmic range", first, path);
    }
    return kind.equals("uniform") ? new Uniform(low, high) : new LogUniform(low, high);
  }
}
