package dev.lockstep.experiments.search.arbiter;

import dev.lockstep.core.InputException;
import dev.lockstep.experiments.search.space.Range;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.arbiter.adapter.ActivationParameterSpaceAdapter;
import org.deeplearning4j.arbiter.adapter.LossFunctionParameterSpaceAdapter;
import org.deeplearning4j.arbiter.dropout.DropoutSpace;
import org.deeplearning4j.arbiter.optimize.parameter.BooleanSpace;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.discrete.DiscreteParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.math.MathOp;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.core.JsonPointer;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.BooleanNode;
import org.nd4j.shade.jackson.databind.node.DoubleNode;
import org.nd4j.shade.jackson.databind.node.IntNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Finds the parameter spaces that vary in a file of Arbiter's. A key is the path of one in the
 * file, without the steps that tell a reader nothing: {@code updater.learningRate}, {@code
 * layer_0.nOut}, {@code layer_0.numLayers}.
 */
final class Leaves {

  static final String LAYERS = "layerSpaces";

  private static final String LAYER = "layerSpace";

  /** Spaces around a single other one, which has no meaning by itself. */
  private static final Set<String> WRAPPERS =
      Set.of(
          ActivationParameterSpaceAdapter.class.getName(),
          LossFunctionParameterSpaceAdapter.class.getName(),
          DropoutSpace.class.getName(),
          org.deeplearning4j.arbiter.conf.dropout.DropoutSpace.class.getName());

  /** How many values a layer reads: those of the layer before it, or of the network's input. */
  private static final String INPUTS = ".nIn";

  private static final String OUTPUTS = ".nOut";

  private final Map<String, Leaf> leaves = new LinkedHashMap<>();
  private final Map<Integer, String> byIndex = new HashMap<>();

  /** Whether DL4J finds out how many values the layer at hand reads. */
  private boolean fed;

  /** The one layer of a graph that the layer at hand reads, empty if there is none. */
  private String feeding = "";

  private Leaves() {}

  /**
   * A parameter space.
   *
   * @param places of it in the file: several if one space stands in several places
   * @param range what it may be
   * @param choices the values of a choice in the order of the range, otherwise empty
   * @param decides false if the network has another value, whatever this one is
   */
  record Leaf(List<JsonPointer> places, Range range, List<JsonNode> choices, boolean decides) {

    Leaf(JsonPointer place, Range range, List<JsonNode> choices) {
      this(new ArrayList<>(List.of(place)), range, choices, true);
    }

    Leaf thatDecidesNothing() {
      return new Leaf(places, range, choices, false);
    }

    /**
     * @param value of the range
     */
    JsonNode json(String value) {
      if (range instanceof Range.Choice choice) {
        return choices.get(choice.values().indexOf(value));
      }
      return range instanceof Range.Whole
          ? IntNode.valueOf(Integer.parseInt(value))
          : DoubleNode.valueOf(Double.parseDouble(value));
    }
  }

  /**
   * Returns them all by key.
   *
   * @throws InputException if one is not known or says something wrong, naming it
   */
  static Map<String, Leaf> of(JsonNode space) {
    Leaves found = new Leaves();
    found.fed = space.hasNonNull("inputType") || space.hasNonNull("inputTypes");
    found.walk(space, JsonPointer.empty(), "");
    return found.leaves;
  }

  private void walk(JsonNode node, JsonPointer place, String path) {
    String type = node.path("@class").asText();
    Leaf leaf = leaf(node, type, place, path);
    if (leaf != null) {
      Leaf same = same(node, leaf, path);
      if (same != null) {
        same.places().add(place);
      } else if (leaves.put(path, isFed(path) ? leaf.thatDecidesNothing() : leaf) != null) {
        throw new InputException(
            "Arbiter space: expected layers of different names, found %s twice".formatted(path));
      }
      return;
    }
    for (Iterator<Map.Entry<String, JsonNode>> fields = node.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      String name = field.getKey();
      JsonPointer inside = place.append(step(name));
      if (name.equals(LAYERS) && field.getValue().isArray()) {
        layers(field.getValue(), inside);
      } else {
        boolean plain = WRAPPERS.contains(type) || name.equals(LAYER);
        String word = type.equals(MathOp.class.getName()) ? "operand" : name;
        walk(field.getValue(), inside, plain ? path : path.isEmpty() ? word : path + "." + word);
      }
    }
  }

  private boolean isFed(String path) {
    return fed && path.endsWith(INPUTS);
  }

  /**
   * Returns the space that another place in the file holds too: Arbiter numbers spaces, one that
   * stands in several places once, before it writes a whole configuration; and a layer of a graph
   * reads what the one before it gives.
   */
  private @Nullable Leaf same(JsonNode node, Leaf leaf, String path) {
    int index = node.path("index").asInt(-1);
    String key =
        index >= 0
            ? byIndex.putIfAbsent(index, path)
            : path.endsWith(INPUTS) ? feeding + OUTPUTS : null;
    Leaf same = key == null ? null : leaves.get(key);
    return same != null && same.range().equals(leaf.range()) ? same : null;
  }

  private void layers(JsonNode layers, JsonPointer place) {
    boolean inputIsKnown = fed;
    for (int i = 0; i < layers.size(); i++) {
      JsonNode layer = layers.get(i);
      JsonNode inputs = layer.path("inputs");
      fed = inputIsKnown || (i > 0 && !inputs.isArray());
      feeding = inputs.size() == 1 ? inputs.get(0).asText() : "";
      walk(
          layer,
          place.append(step(Integer.toString(i))),
          layer.path("layerName").asText("layer_" + i));
    }
  }

  private static JsonPointer step(String name) {
    return JsonPointer.compile("/" + name.replace("~", "~0").replace("/", "~1"));
  }

  private static @Nullable Leaf leaf(JsonNode node, String type, JsonPointer place, String path) {
    if (type.equals(BooleanSpace.class.getName())) {
      return choice(List.of(BooleanNode.TRUE, BooleanNode.FALSE), place, path);
    } else if (type.equals(DiscreteParameterSpace.class.getName())) {
      List<JsonNode> values = new ArrayList<>();
      node.path("values").forEach(values::add);
      return choice(values, place, path);
    } else if (type.equals(ContinuousParameterSpace.class.getName())) {
      return new Leaf(place, continuous(node.path("distribution"), path), List.of());
    } else if (type.equals(IntegerParameterSpace.class.getName())) {
      return new Leaf(place, whole(node.path("distribution"), path), List.of());
    }
    return null;
  }

  private static Leaf choice(List<JsonNode> values, JsonPointer place, String path) {
    List<String> names = values.stream().map(Leaves::name).toList();
    if (names.isEmpty() || names.stream().distinct().count() != names.size()) {
      throw new InputException(
          "Arbiter space: %s: expected at least one value, each once, found %s"
              .formatted(path, names));
    }
    return new Leaf(place, new Range.Choice(names), values);
  }

  /** Returns what a reader calls a value: {@code RELU}, {@code [3,3]}, {@code Sgd{…}}. */
  private static String name(JsonNode value) {
    if (!value.has("@class")) {
      return value.isTextual() ? value.asText() : value.toString();
    }
    ObjectNode settings = value.deepCopy();
    String type = settings.remove("@class").asText();
    return type.substring(type.lastIndexOf('.') + 1) + settings;
  }

  private static Range continuous(JsonNode distribution, String path) {
    String name = distribution.path("distribution").asText();
    return switch (name) {
      case "UniformRealDistribution" -> {
        double low = number(distribution, "lower", path);
        yield new Range.Uniform(low, atLeast(low, number(distribution, "upper", path), path));
      }
      case "LogUniformDistribution" -> {
        double low = number(distribution, "min", path);
        if (!(low > 0)) {
          throw new InputException(
              "Arbiter space: %s: expected more than 0 for a logarithmic range, found %s"
                  .formatted(path, low));
        }
        yield new Range.LogUniform(low, atLeast(low, number(distribution, "max", path), path));
      }
      default -> throw unknown(path, "a UniformRealDistribution or a LogUniformDistribution", name);
    };
  }

  private static Range whole(JsonNode distribution, String path) {
    String name = distribution.path("distribution").asText();
    if (!name.equals("UniformIntegerDistribution")) {
      throw unknown(path, "a UniformIntegerDistribution", name);
    }
    int low = (int) number(distribution, "lower", path);
    return new Range.Whole(low, (int) atLeast(low, number(distribution, "upper", path), path));
  }

  private static double number(JsonNode distribution, String name, String path) {
    JsonNode number = distribution.path(name);
    if (!number.isNumber() || Double.isInfinite(number.asDouble())) {
      throw new InputException(
          "Arbiter space: %s: expected a number for '%s', found %s".formatted(path, name, number));
    }
    return number.asDouble();
  }

  private static double atLeast(double low, double high, String path) {
    if (high < low) {
      throw new InputException(
          "Arbiter space: %s: expected the highest, not below the lowest %s, found %s"
              .formatted(path, low, high));
    }
    return high;
  }

  private static InputException unknown(String path, String known, String found) {
    return new InputException(
        "Arbiter space: %s: expected %s, found %s; replace it by one of those, or by a DiscreteParameterSpace of some of its values"
            .formatted(path, known, found.isEmpty() ? "no distribution" : found));
  }
}
