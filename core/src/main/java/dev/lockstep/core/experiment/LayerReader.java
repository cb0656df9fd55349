package dev.lockstep.core.experiment;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.wording.Nearest;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.YamlValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Reads a list of layers: {@code relu} or {@code affine: {units: 100}}. A layer without a name of
 * its own is called after its type and how many of them came before it, within its block.
 */
public final class LayerReader {

  /** The deepest network anyone trains on a laptop has hundreds. */
  private static final int MAX_LAYERS = 10_000;

  static final String REPEAT = "repeat";

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
        (f, name, reader) -> new LayerSpec.Affine(name, f.integer("units"), reader.initial(f)));
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
                f.requiredPair("size").get(0),
                f.requiredPair("size").get(1),
                f.integer("stride", 1),
                f.integer("pad", 0),
                reader.initial(f)));
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
                f.requiredPair("size").get(0),
                f.requiredPair("size").get(1),
                f.optionalInteger("stride").orElse(f.requiredPair("size").get(0)),
                f.integer("pad", 0)));
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
    String name = prefix + ownName(fields, type + count);
    places.put(name, where);
    return builder.build(fields, name, this);
  }

  private static String ownName(Fields fields, String otherwise) {
    String name = fields.text("name").orElse(otherwise);
    if (!name.matches("[A-Za-z][A-Za-z0-9]{0,63}") || name.equals("loss")) {
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
