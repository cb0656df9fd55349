package dev.lockstep.core.experiment;

import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LearningRate.Decay;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.Key;
import dev.lockstep.core.yaml.YamlValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** Reads the parts of a network that are not layers. */
public final class NetworkReader {

  private static final Map<String, InitialValues> NAMED_INITIAL_VALUES = initialValues();

  private static final Map<String, Function<Fields, OptimizerSpec>> OPTIMIZERS = optimizers();

  private static final Map<String, Function<Fields, Decay>> DECAYS = decays();

  private static final LossSpec.Type USUAL_LOSS = LossSpec.Type.SOFTMAX_CROSS_ENTROPY;

  private NetworkReader() {}

  private static Map<String, InitialValues> initialValues() {
    Map<String, InitialValues> initialValues = new LinkedHashMap<>();
    initialValues.put("he", new InitialValues.He());
    initialValues.put("xavier", new InitialValues.Xavier());
    initialValues.put("glorotUniform", new InitialValues.GlorotUniform());
    return initialValues;
  }

  private static Map<String, Function<Fields, OptimizerSpec>> optimizers() {
    Map<String, Function<Fields, OptimizerSpec>> optimizers = new LinkedHashMap<>();
    optimizers.put("sgd", f -> new OptimizerSpec.Sgd(rate(f)));
    optimizers.put("momentum", f -> new OptimizerSpec.Momentum(rate(f), f.number("momentum", 0.9)));
    optimizers.put(
        "nesterov",
        f ->
            new OptimizerSpec.Nesterov(
                rate(f),
                f.number("momentum", 0.9),
                f.choice("form", List.of(false, true), p -> p ? "printed" : "corrected", false)));
    optimizers.put("adaGrad", f -> new OptimizerSpec.AdaGrad(rate(f), epsilon(f)));
    optimizers.put(
        "rmsProp", f -> new OptimizerSpec.RmsProp(rate(f), f.number("decay", 0.99), epsilon(f)));
    optimizers.put(
        "adam",
        f ->
            new OptimizerSpec.Adam(
                rate(f), f.number("beta1", 0.9), f.number("beta2", 0.999), epsilon(f)));
    optimizers.put(
        "amsGrad",
        f ->
            new OptimizerSpec.AmsGrad(
                rate(f), f.number("beta1", 0.9), f.number("beta2", 0.999), epsilon(f)));
    optimizers.put(
        "nadam",
        f ->
            new OptimizerSpec.Nadam(
                rate(f), f.number("beta1", 0.9), f.number("beta2", 0.999), epsilon(f)));
    optimizers.put(
        "adaMax",
        f -> new OptimizerSpec.AdaMax(rate(f), f.number("beta1", 0.9), f.number("beta2", 0.999)));
    optimizers.put(
        "adaDelta",
        f ->
            new OptimizerSpec.AdaDelta(
                rate(f, f.number("learningRate", 1)),
                f.number("rho", 0.95),
                f.number("epsilon", 1e-6)));
    return optimizers;
  }

  private static Map<String, Function<Fields, Decay>> decays() {
    Map<String, Function<Fields, Decay>> decays = new LinkedHashMap<>();
    decays.put("step", f -> new Decay.Step(f.number("factor"), f.integer("every")));
    decays.put("exponential", f -> new Decay.Exponential(f.number("factor")));
    decays.put("inverseTime", f -> new Decay.InverseTime(f.number("rate"), f.number("power", 1)));
    decays.put("polynomial", f -> new Decay.Polynomial(f.integer("steps"), f.number("power", 1)));
    decays.put("steps", NetworkReader::steps);
    return decays;
  }

  /** Reads {@code rates: {100: 0.01, 500: 0.001}}: a rate of its own from each step on. */
  private static Decay steps(Fields fields) {
    YamlValue value = fields.required("rates", Key.Kind.MAPPING);
    String name = fields.name("rates");
    List<Decay.Steps.Change> changes = new ArrayList<>();
    Fields.mapping(value, name)
        .values()
        .forEach(
            (from, rate) -> {
              try {
                changes.add(
                    new Decay.Steps.Change(
                        Integer.parseInt(from), Fields.number(rate, name + "." + from)));
              } catch (NumberFormatException e) {
                throw Fields.expected("numbers of steps, each with a rate", value, name);
              }
            });
    return new Decay.Steps(changes);
  }

  private static double epsilon(Fields fields) {
    return fields.number("epsilon", OptimizerSpec.BOOK_EPSILON);
  }

  /** Returns the names of the optimizers, the book's first and in its order. */
  public static List<String> optimizerNames() {
    return List.copyOf(OPTIMIZERS.keySet());
  }

  static List<String> decayNames() {
    return List.copyOf(DECAYS.keySet());
  }

  static OptimizerSpec optimizer(Fields fields) {
    String type = fields.choice("type", optimizerNames());
    return Objects.requireNonNull(OPTIMIZERS.get(type)).apply(fields);
  }

  private static LearningRate rate(Fields optimizer) {
    return rate(optimizer, optimizer.number("learningRate"));
  }

  private static LearningRate rate(Fields optimizer, double initial) {
    return new LearningRate(
        initial, optimizer.inner("decayed", NetworkReader::decay).orElse(new Decay.None()));
  }

  static Decay decay(Fields fields) {
    String type = fields.choice("type", decayNames());
    return Objects.requireNonNull(DECAYS.get(type)).apply(fields);
  }

  /** Reads {@code loss: meanSquared} or {@code loss: {type: …, stabilizer: …}}. */
  static LossSpec loss(Fields network) {
    if (network.value("loss").orElse(null) instanceof YamlValue.Mapping mapping) {
      return Fields.read(mapping, network.name("loss"), NetworkReader::fullLoss);
    }
    LossSpec.Type type =
        network.choice("loss", List.of(LossSpec.Type.values()), LossSpec.Type::id, USUAL_LOSS);
    return new LossSpec(type, type.usualStabilizer());
  }

  static LossSpec fullLoss(Fields loss) {
    LossSpec.Type type =
        loss.choice("type", List.of(LossSpec.Type.values()), LossSpec.Type::id, USUAL_LOSS);
    return new LossSpec(type, loss.number("stabilizer", type.usualStabilizer()));
  }

  /**
   * Reads the initial values of a network or a layer: {@code he}, {@code xavier}, {@code
   * glorotUniform} or a standard deviation.
   *
   * @param usual where nothing is said, and how a file would say it
   */
  static InitialValues initial(Fields fields, InitialValues usual, String usualName) {
    List<String> names = List.copyOf(NAMED_INITIAL_VALUES.keySet());
    YamlValue value = fields.numberOrName("initial", names, usualName).orElse(null);
    if (value == null) {
      return usual;
    }
    if (value instanceof YamlValue.Scalar scalar) {
      InitialValues named = NAMED_INITIAL_VALUES.get(scalar.text());
      if (named != null) {
        return named;
      }
      try {
        return new InitialValues.Normal(Double.parseDouble(scalar.text()));
      } catch (IllegalArgumentException e) {
        // falls through to the one message
      }
    }
    throw Fields.expected(
        "one of " + String.join(", ", names) + " or a standard deviation",
        value,
        fields.name("initial"));
  }
}
