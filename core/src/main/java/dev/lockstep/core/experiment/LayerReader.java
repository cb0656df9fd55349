package dev.lockstep.core.experiment;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.wording.Nearest;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.Key;
import dev.lockstep.core.yaml.YamlValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * Reads a list of layers: {@code relu} or {@code affine: {units: 100}}. A layer without a name of
 * its own is called after its type and how many of them came before it, within its block.
 */
public final class LayerReader {

  /** The deepest network anyone trains on a laptop has hundreds. */
  private static final int MAX_LAYERS = 10_000;

  static final String REPEAT = "repeat";

  /** Another program names the layers of an open network. */
  private static final String OPEN = "open";

  private static final String NAME = "[A-Za-z][A-Za-z0-9]{0,63}";

  private static final String NAME_ELSEWHERE = "[A-Za-z0-9_. #-]{1,100}";

  private static final Map<String, Builder> TYPES = types();

  private final InitialValues initial;
  private final Map<String, Integer> counts = new HashMap<>();
  private final Map<String, String> places = new HashMap<>();

  /** Makes a layer of its fields, its full name and what surrounds it. */
  @FunctionalInterface
  private interface Builder {
    LayerSpec build(Fields fields, String name, LayerReader reader);
  }

  /**
   * @param initial values of layers that name none
   */
  LayerReader(InitialValues initial) {
    this.initial = initial;
  }

  private static Map<String, Builder> types() {
    Map<String, Builder> types = new LinkedHashMap<>();
    types.put(
        "affine",
        (f, name, reader) ->
            new LayerSpec.Affine(name, f.integer("units"), reader.initial(f), bias(f)));
    for (ActivationFunction function : ActivationFunction.all()) {
      types.put(
          function.id(),
          (f, name, reader) -> new LayerSpec.Activation(name, function.with(f::number)));
    }
    types.put(
        "batchNorm",
        (f, name, reader) ->
            new LayerSpec.BatchNormalization(
                name,
                f.number("momentum", 0.9),
                f.number("epsilon", 1e-6),
                f.choice("per", List.of(false, true), c -> c ? "channel" : "element", false)));
    types.put(
        "dropout",
        (f, name, reader) ->
            new LayerSpec.Dropout(
                name,
                f.number("ratio"),
                f.choice("form", List.of(false, true), i -> i ? "inverted" : "book", false)));
    types.put(
        "conv",
        (f, name, reader) ->
            new LayerSpec.Convolution(
                name, f.integer("filters"), window(f, 1), reader.initial(f), bias(f)));
    types.put(
        "pool",
        (f, name, reader) ->
            new LayerSpec.Pooling(
                name,
                f.choice(
                    "type",
                    List.of(LayerSpec.PoolingType.MAX, LayerSpec.PoolingType.AVERAGE),
                    t -> t == LayerSpec.PoolingType.MAX ? "max" : "average",
                    LayerSpec.PoolingType.MAX),
                window(f, f.requiredPair("size").get(0))));
    types.put(
        "globalPool",
        (f, name, reader) ->
            new LayerSpec.GlobalPooling(
                name,
                f.choice(
                    "type",
                    List.of(LayerSpec.GlobalPoolingType.values()),
                    t -> t.name().toLowerCase(Locale.ROOT),
                    LayerSpec.GlobalPoolingType.MAX)));
    types.put(
        "zeroPadding",
        (f, name, reader) ->
            new LayerSpec.ZeroPadding(
                name,
                f.integer("top", 0),
                f.integer("bottom", 0),
                f.integer("left", 0),
                f.integer("right", 0)));
    types.put(
        "upsampling",
        (f, name, reader) ->
            new LayerSpec.Upsampling(
                name, f.requiredPair("size").get(0), f.requiredPair("size").get(1)));
    types.put(
        "localResponse",
        (f, name, reader) ->
            new LayerSpec.LocalResponse(
                name,
                f.number("k", 2),
                f.integer("size", 5),
                f.number("alpha", 1e-4),
                f.number("beta", 0.75)));
    types.put(
        "depthwiseConv",
        (f, name, reader) ->
            new LayerSpec.Depthwise(
                name, f.integer("multiplier", 1), window(f, 1), reader.initial(f), bias(f)));
    types.put(
        "separableConv",
        (f, name, reader) ->
            new LayerSpec.Separable(
                name,
                f.integer("filters"),
                f.integer("multiplier", 1),
                window(f, 1),
                reader.initial(f),
                bias(f)));
    types.put("residual", (f, name, reader) -> reader.branches(f, name, LayerSpec.Join.SUM));
    types.put(
        "inception", (f, name, reader) -> reader.branches(f, name, LayerSpec.Join.CONCATENATE));
    types.put(
        OPEN,
        (f, name, reader) ->
            new LayerSpec.Open(
                name,
                Fields.text(f.required("kind", Key.Kind.TEXT), f.name("kind")),
                f.texts("reads"),
                shape(f.required("output", Key.Kind.LIST), f.name("output")),
                weights(f),
                shapes(f, "statistics")));
    return types;
  }

  /** Reads {@code parameters: {W: [1, 40]}} and which of them are {@code decayed}. */
  private static List<LayerSpec.Open.Weights> weights(Fields fields) {
    List<String> decayed = fields.texts("decayed");
    return shapes(fields, "parameters").entrySet().stream()
        .map(
            entry ->
                new LayerSpec.Open.Weights(
                    entry.getKey(), entry.getValue(), decayed.contains(entry.getKey())))
        .toList();
  }

  private static Map<String, Shape> shapes(Fields fields, String key) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    YamlValue value = fields.value(key, Key.Kind.MAPPING).orElse(null);
    if (value != null) {
      Fields.mapping(value, fields.name(key))
          .values()
          .forEach((name, shape) -> shapes.put(name, shape(shape, fields.name(key) + "." + name)));
    }
    return shapes;
  }

  private static Shape shape(YamlValue value, String name) {
    int[] lengths =
        Fields.list(value, name).stream()
            .mapToInt(length -> Fields.integer(length, name))
            .toArray();
    if (lengths.length == 0 || Arrays.stream(lengths).anyMatch(length -> length < 1)) {
      throw Fields.expected("a shape such as [3, 4]", value, name);
    }
    return Shape.of(lengths);
  }

  /** Returns the names of the layer types, as they stand in experiment files. */
  public static List<String> typeNames() {
    return List.copyOf(TYPES.keySet());
  }

  private LayerSpec branches(Fields fields, String name, LayerSpec.Join join) {
    List<List<LayerSpec>> branches = new ArrayList<>();
    for (YamlValue branch : fields.list("branches")) {
      String path = fields.name("branches");
      branches.add(layers(Fields.list(branch, path), path, name + "/"));
    }
    return new LayerSpec.Branches(name, join, branches);
  }

  /**
   * Reads a window: its size, and stride, pad and dilation where they are said, each a number for
   * both axes or height before width; {@code pad: same} is {@link Window.Axis#SAME}.
   */
  private static Window window(Fields fields, int stride) {
    List<Integer> size = fields.requiredPair("size");
    List<Integer> strides = fields.pair("stride").orElse(List.of(stride, stride));
    List<Integer> pads = pads(fields);
    List<Integer> dilations = fields.pair("dilation").orElse(List.of(1, 1));
    List<Window.Axis> axes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      axes.add(new Window.Axis(size.get(i), strides.get(i), pads.get(i), dilations.get(i)));
    }
    return new Window(axes.get(0), axes.get(1));
  }

  private static List<Integer> pads(Fields fields) {
    YamlValue value = fields.numberOrName("pad", List.of("same"), "0").orElse(null);
    if (value == null) {
      return List.of(0, 0);
    } else if (value instanceof YamlValue.Scalar scalar && scalar.text().equals("same")) {
      return List.of(Window.Axis.SAME, Window.Axis.SAME);
    }
    List<Integer> pads = fields.requiredPair("pad");
    if (Math.min(pads.get(0), pads.get(1)) < 0) {
      throw Fields.expected("a whole number of at least 0, or same", value, fields.name("pad"));
    }
    return pads;
  }

  /** Reads {@code bias: none} or what biases start at. */
  private static OptionalDouble bias(Fields fields) {
    YamlValue value = fields.numberOrName("bias", List.of("none"), "0").orElse(null);
    if (value == null) {
      return LayerSpec.BIAS;
    }
    return value instanceof YamlValue.Scalar scalar && scalar.text().equals("none")
        ? OptionalDouble.empty()
        : OptionalDouble.of(Fields.number(value, fields.name("bias")));
  }

  private InitialValues initial(Fields fields) {
    return NetworkReader.initial(fields, initial, "the network's");
  }

  /** Returns where a layer stands in its file. */
  String where(String layer) {
    return places.getOrDefault(layer, "layers");
  }

  /**
   * @param prefix of the names: empty, or the block's name and a slash
   */
  List<LayerSpec> layers(List<YamlValue> values, String path, String prefix) {
    List<LayerSpec> layers = new ArrayList<>();
    for (YamlValue value : values) {
      addLayer(value, path, prefix, layers);
    }
    return layers;
  }

  private void addLayer(YamlValue value, String path, String prefix, List<LayerSpec> layers) {
    String type;
    YamlValue.Mapping content = new YamlValue.Mapping(value.where(), Map.of());
    if (value instanceof YamlValue.Scalar scalar) {
      type = scalar.text();
    } else {
      var entry = Fields.onlyEntry(Fields.mapping(value, path), path);
      type = entry.getKey();
      if (!(entry.getValue() instanceof YamlValue.Scalar scalar && scalar.text().isEmpty())) {
        content = Fields.mapping(entry.getValue(), path + "." + type);
      }
    }
    if (type.equals(REPEAT)) {
      layers.addAll(Fields.read(content, path + "." + type, fields -> repeat(fields, prefix)));
      return;
    }
    Builder builder = TYPES.get(type);
    if (builder == null) {
      throw new UsageException(
          "%s: %s: unknown layer '%s', nearest: %s; 'lockstep list layers' names all"
              .formatted(value.where(), path, type, Nearest.listed(type, TYPES.keySet())));
    }
    if (places.size() >= MAX_LAYERS) {
      throw new UsageException(
          "%s: %s: a network has at most %d layers".formatted(value.where(), path, MAX_LAYERS));
    }
    layers.add(
        Fields.read(
            content,
            path + "." + type,
            fields -> layer(fields, type, builder, prefix, value.where())));
  }

  private LayerSpec layer(
      Fields fields, String type, Builder builder, String prefix, String where) {
    int count = counts.merge(prefix + type, 1, Integer::sum);
    String name = prefix + ownName(fields, type + count, type.equals(OPEN) ? NAME_ELSEWHERE : NAME);
    places.put(name, where);
    return builder.build(fields, name, this);
  }

  private static String ownName(Fields fields, String otherwise, String form) {
    String name = fields.text("name").orElse(otherwise);
    if (!name.matches(form) || name.equals("loss")) {
      throw Fields.expected(
          "a name of letters and digits other than 'loss'",
          fields.required("name"),
          fields.name("name"));
    }
    return name;
  }

  /** Reads {@code repeat: {times: 5, layers: […]}}: the same layers, one after another. */
  private List<LayerSpec> repeat(Fields fields, String prefix) {
    int times = fields.integer("times");
    List<YamlValue> repeated = fields.list("layers");
    fields.done();
    if (times < 1 || times > MAX_LAYERS) {
      throw Fields.expected("1 to " + MAX_LAYERS, fields.required("times"), fields.name("times"));
    }
    if (repeated.isEmpty()) {
      throw Fields.expected("at least one layer", fields.required("layers"), fields.name("layers"));
    }
    List<LayerSpec> layers = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      layers.addAll(layers(repeated, fields.name("layers"), prefix));
    }
    return layers;
  }

  /** Reads one layer, or several of a {@code repeat}, alone. */
  static void read(String type, Fields fields) {
    LayerReader reader = new LayerReader(new InitialValues.He());
    if (type.equals(REPEAT)) {
      reader.repeat(fields, "");
    } else {
      reader.layer(fields, type, Objects.requireNonNull(TYPES.get(type)), "", fields.where());
    }
  }
}
