package dev.lockstep.core.experiment;

import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.YamlValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** Reads the parts of a network that are not layers. */
public final class NetworkReader {

  private static final Map<String, InitialValues> NAMED_INITIAL_VALUES =
      Map.of(
          "xavier", new InitialValues.Xavier(),
          "he", new InitialValues.He(),
          "glorotUniform", new InitialValues.GlorotUniform());

  private static final Map<String, Function<Fields, OptimizerSpec>> OPTIMIZERS = optimizers();

  private NetworkReader() {}

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
    return optimizers;
  }

  private static double epsilon(Fields fields) {
    return fields.number("epsilon", OptimizerSpec.BOOK_EPSILON);
  }

  /** Returns the names of the optimizers, in the book's order. */
  public static List<String> optimizerNames() {
    return List.copyOf(OPTIMIZERS.keySet());
  }

  static OptimizerSpec optimizer(Fields network) {
    YamlValue value = network.required("optimizer");
    Fields fields =
        new Fields(Fields.mapping(value, network.name("optimizer")), network.name("optimizer"));
    String type =
        Fields.choice(
            fields.required("type"), fields.name("type"), optimizerNames(), Function.identity());
    OptimizerSpec optimizer =
        fields.checked(() -> Objects.requireNonNull(OPTIMIZERS.get(type)).apply(fields));
    fields.done();
    return optimizer;
  }

  private static LearningRate rate(Fields optimizer) {
    double initial = optimizer.number("learningRate");
    LearningRate.Decay decay =
        optimizer.fields("decayed").map(NetworkReader::decay).orElse(new LearningRate.Decay.None());
    return optimizer.checked(() -> new LearningRate(initial, decay));
  }

  private static LearningRate.Decay decay(Fields fields) {
    String type =
        Fields.choice(
            fields.required("type"),
            fields.name("type"),
            List.of("step", "exponential", "inverseTime"),
            Function.identity());
    LearningRate.Decay decay =
        fields.checked(
            () ->
                switch (type) {
                  case "step" ->
                      new LearningRate.Decay.Step(fields.number("factor"), fields.integer("every"));
                  case "exponential" -> new LearningRate.Decay.Exponential(fields.number("factor"));
                  default -> new LearningRate.Decay.InverseTime(fields.number("rate"));
                });
    fields.done();
    return decay;
  }

  static LossSpec loss(Fields network) {
    LossSpec.Type otherwise = LossSpec.Type.SOFTMAX_CROSS_ENTROPY;
    YamlValue value = network.value("loss").orElse(null);
    if (value instanceof YamlValue.Mapping mapping) {
      Fields fields = new Fields(mapping, network.name("loss"));
      LossSpec.Type type =
          fields.choice("type", List.of(LossSpec.Type.values()), LossSpec.Type::id, otherwise);
      double stabilizer = fields.number("stabilizer", type.usualStabilizer());
      fields.done();
      return fields.checked(() -> new LossSpec(type, stabilizer));
    }
    LossSpec.Type type =
        network.choice("loss", List.of(LossSpec.Type.values()), LossSpec.Type::id, otherwise);
    return new LossSpec(type, type.usualStabilizer());
  }

  /**
   * Reads the initial values that layers without their own have: He's, if the file says nothing.
   */
  static InitialValues initial(Fields network) {
    return network
        .value("initial")
        .map(value -> initial(value, network.name("initial")))
        .orElse(new InitialValues.He());
  }

  /** Reads {@code he}, {@code xavier}, {@code glorotUniform} or a standard deviation. */
  static InitialValues initial(YamlValue value, String name) {
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
    List<String> names = new ArrayList<>(NAMED_INITIAL_VALUES.keySet());
    names.sort(null);
    throw Fields.expected(
        "one of " + String.join(", ", names) + " or a standard deviation", value, name);
  }
}
