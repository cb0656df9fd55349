package dev.lockstep.core.experiment;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.wording.Nearest;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.YamlValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Reads a list of layers: {@code relu} or {@code affine: {units: 100}}. A layer without a name of
 * its own is called after its type and how many of them came before it, within its block.
 */
public final class LayerReader {

  /** The deepest network anyone trains on a laptop has hundreds. */
  private static final int MAX_LAYERS = 10_000;

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
                name,
                f.integer("filters"),
                new Window(axis(f, 0, 1), axis(f, 1, 1)),
                reader.initial(f),
                bias(f)));
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
                new Window(axis(f, 0, ofAxis(f, "size", 0)), axis(f, 1, ofAxis(f, "size", 0)))));
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
            new LayerSpec.Upsampling(name, ofAxis(f, "size", 0), ofAxis(f, "size", 1)));
    types.put(
        "localResponse",
        (f, name, reader) ->
            new LayerSpec.LocalResponse(
                name,
                f.number("k", 2),
                f.integer("size", 5),
                f.number("alpha", 1e-4),
                f.number("beta", 0.75)));
    types.put("residual", (f, name, reader) -> reader.branches(f, name, LayerSpec.Join.SUM));
    types.put(
        "inception", (f, name, reader) -> reader.branches(f, name, LayerSpec.Join.CONCATENATE));
    return types;
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

  /** Reads what a window is along an axis, height before width. */
  private static Window.Axis axis(Fields fields, int axis, int stride) {
    boolean same = fields.value("pad").filter(LayerReader::isSame).isPresent();
    return new Window.Axis(
        ofAxis(fields, "size", axis),
        fields.has("stride") ? ofAxis(fields, "stride", axis) : stride,
        same ? Window.Axis.SAME : fields.has("pad") ? pad(fields, axis) : 0,
        fields.has("dilation") ? ofAxis(fields, "dilation", axis) : 1);
  }

  private static boolean isSame(YamlValue value) {
    return value instanceof YamlValue.Scalar scalar && scalar.text().equals("same");
  }

  private static int pad(Fields fields, int axis) {
    int pad = ofAxis(fields, "pad", axis);
    if (pad < 0) {
      throw Fields.expected(
          "a whole number of at least 0, or same", fields.required("pad"), fields.name("pad"));
    }
    return pad;
  }

  /** Reads {@code size: 3} or {@code size: [3, 5]}, height before width. */
  private static int ofAxis(Fields fields, String key, int axis) {
    YamlValue value = fields.required(key);
    if (value instanceof YamlValue.Sequence sequence && sequence.values().size() == 2) {
      return Fields.integer(sequence.values().get(axis), fields.name(key));
    }
    return Fields.integer(value, fields.name(key));
  }

  /** Reads {@code bias: none} or what biases start at. */
  private static OptionalDouble bias(Fields fields) {
    return fields
        .value("bias")
        .map(
            value ->
                value instanceof YamlValue.Scalar scalar && scalar.text().equals("none")
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(Fields.number(value, fields.name("bias"))))
        .orElse(LayerSpec.BIAS);
  }

  private InitialValues initial(Fields fields) {
    return fields
        .value("initial")
        .map(value -> NetworkReader.initial(value, fields.name("initial")))
        .orElse(initial);
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
    Fields fields;
    if (value instanceof YamlValue.Scalar scalar) {
      type = scalar.text();
      fields = new Fields(new YamlValue.Mapping(value.where(), Map.of()), path + "." + type);
    } else {
      var entry = Fields.onlyEntry(Fields.mapping(value, path), path);
      type = entry.getKey();
      YamlValue content = entry.getValue();
      fields =
          new Fields(
              content instanceof YamlValue.Scalar scalar && scalar.text().isEmpty()
                  ? new YamlValue.Mapping(value.where(), Map.of())
                  : Fields.mapping(content, path + "." + type),
              path + "." + type);
    }
    if (type.equals("repeat")) {
      repeat(fields, prefix, layers);
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
    int count = counts.merge(prefix + type, 1, Integer::sum);
    String name = prefix + ownName(fields, type + count);
    places.put(name, value.where());
    LayerSpec layer = fields.checked(() -> builder.build(fields, name, this));
    fields.done();
    layers.add(layer);
  }

  private static String ownName(Fields fields, String otherwise) {
    String name = fields.text("name", otherwise);
    if (!name.matches("[A-Za-z][A-Za-z0-9]{0,63}") || name.equals("loss")) {
      throw Fields.expected(
          "a name of letters and digits other than 'loss'",
          fields.required("name"),
          fields.name("name"));
    }
    return name;
  }

  /** Reads {@code repeat: {times: 5, layers: […]}}: the same layers, one after another. */
  private void repeat(Fields fields, String prefix, List<LayerSpec> layers) {
    int times = fields.integer("times");
    if (times < 1 || times > MAX_LAYERS) {
      throw Fields.expected("1 to " + MAX_LAYERS, fields.required("times"), fields.name("times"));
    }
    List<YamlValue> repeated = fields.list("layers");
    if (repeated.isEmpty()) {
      throw Fields.expected("at least one layer", fields.required("layers"), fields.name("layers"));
    }
    fields.done();
    for (int i = 0; i < times; i++) {
      layers.addAll(layers(repeated, fields.name("layers"), prefix));
    }
  }
}
