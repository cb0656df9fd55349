package dev.lockstep.bridge.program;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.network.Adjustments;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.wording.TypeNames;
import dev.lockstep.core.yaml.YamlReader;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A network as an experiment file says it, in JSON, with every default and every name written out.
 */
public final class NetworkText {

  private static final JsonFactory JSON = new JsonFactory();

  private NetworkText() {}

  /** Returns input, layers, loss, weight decay and optimizer. */
  public static String of(NetworkSpec network) {
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("input", list(network.input()));
    text.put("layers", layers(network.layers(), ""));
    Map<String, Object> loss = components(network.loss());
    loss.put("type", network.loss().type().id());
    text.put("loss", loss);
    text.put("weightDecay", network.weightDecay());
    text.put("optimizer", optimizer(network.optimizer()));
    adjustments(text, network.adjustments());
    return json(text);
  }

  /**
   * Reads what {@link #of} wrote.
   *
   * @throws dev.lockstep.core.UsageException if it is no network
   */
  public static NetworkSpec read(String text) {
    String name = "network";
    return new ExperimentFile(name, YamlReader.parse(name, text), Path.of(""))
        .with(Map.of("training", YamlReader.parseValue(name, "{batchSize: 1, steps: 1}")))
        .experiments(Map.of())
        .get(0)
        .network();
  }

  /**
   * Returns the shapes of the state by path, and of one sample of each layer's output by name, and
   * what the optimizer keeps for each parameter.
   */
  public static String shapes(NetworkSpec network) {
    Map<String, Object> state = new LinkedHashMap<>();
    network.state().forEach((path, shape) -> state.put(path, list(shape)));
    Map<String, Object> outputs = new LinkedHashMap<>();
    network.outputShapes().forEach((name, shape) -> outputs.put(name, list(shape)));
    Map<String, Object> shapes = fields("state", state);
    shapes.put("outputs", outputs);
    shapes.put("slots", network.optimizer().slotNames());
    return json(shapes);
  }

  private static List<Integer> list(Shape shape) {
    return Arrays.stream(shape.toArray()).boxed().toList();
  }

  private static List<Object> layers(List<LayerSpec> layers, String block) {
    return layers.stream().map(layer -> (Object) layer(layer, block)).toList();
  }

  private static Map<String, Object> layer(LayerSpec layer, String block) {
    return layer.accept(new LayerText(layer.name().substring(block.length())));
  }

  /**
   * Writes a layer as experiment files do.
   *
   * @param name within its block
   */
  private record LayerText(String name) implements LayerSpec.Visitor<Map<String, Object>> {

    private Map<String, Object> named() {
      return fields("name", name);
    }

    @Override
    public Map<String, Object> affine(LayerSpec.Affine affine) {
      Map<String, Object> settings = named();
      settings.put("units", affine.units());
      weights(settings, affine);
      return fields("affine", settings);
    }

    @Override
    public Map<String, Object> activation(LayerSpec.Activation activation) {
      Map<String, Object> settings = named();
      settings.putAll(components(activation.function()));
      return fields(activation.function().id(), settings);
    }

    @Override
    public Map<String, Object> batchNormalization(LayerSpec.BatchNormalization norm) {
      Map<String, Object> settings = named();
      settings.put("momentum", norm.momentum());
      settings.put("epsilon", norm.epsilon());
      settings.put("per", norm.perChannel() ? "channel" : "element");
      return fields("batchNorm", settings);
    }

    @Override
    public Map<String, Object> dropout(LayerSpec.Dropout dropout) {
      Map<String, Object> settings = named();
      settings.put("ratio", dropout.ratio());
      settings.put("form", dropout.inverted() ? "inverted" : "book");
      return fields("dropout", settings);
    }

    @Override
    public Map<String, Object> convolution(LayerSpec.Convolution conv) {
      Map<String, Object> settings = named();
      settings.put("filters", conv.filters());
      window(settings, conv.window());
      weights(settings, conv);
      return fields("conv", settings);
    }

    @Override
    public Map<String, Object> pooling(LayerSpec.Pooling pool) {
      Map<String, Object> settings = named();
      settings.put("type", pool.type() == LayerSpec.PoolingType.MAX ? "max" : "average");
      window(settings, pool.window());
      return fields("pool", settings);
    }

    @Override
    public Map<String, Object> globalPooling(LayerSpec.GlobalPooling pool) {
      Map<String, Object> settings = named();
      settings.put("type", pool.type().name().toLowerCase(Locale.ROOT));
      return fields("globalPool", settings);
    }

    @Override
    public Map<String, Object> zeroPadding(LayerSpec.ZeroPadding padding) {
      Map<String, Object> settings = components(padding);
      settings.putAll(named());
      return fields("zeroPadding", settings);
    }

    @Override
    public Map<String, Object> upsampling(LayerSpec.Upsampling upsampling) {
      Map<String, Object> settings = named();
      settings.put("size", List.of(upsampling.height(), upsampling.width()));
      return fields("upsampling", settings);
    }

    @Override
    public Map<String, Object> localResponse(LayerSpec.LocalResponse response) {
      Map<String, Object> settings = components(response);
      settings.putAll(named());
      return fields("localResponse", settings);
    }

    @Override
    public Map<String, Object> depthwise(LayerSpec.Depthwise depthwise) {
      Map<String, Object> settings = named();
      settings.put("multiplier", depthwise.multiplier());
      window(settings, depthwise.window());
      weights(settings, depthwise);
      return fields("depthwiseConv", settings);
    }

    @Override
    public Map<String, Object> separable(LayerSpec.Separable separable) {
      Map<String, Object> settings = named();
      settings.put("filters", separable.filters());
      settings.put("multiplier", separable.multiplier());
      window(settings, separable.window());
      weights(settings, separable);
      return fields("separableConv", settings);
    }

    @Override
    public Map<String, Object> branches(LayerSpec.Branches branches) {
      Map<String, Object> settings = named();
      settings.put(
          "branches",
          branches.branches().stream()
              .map(branch -> layers(branch, branches.name() + "/"))
              .toList());
      return fields(branches.join() == LayerSpec.Join.SUM ? "residual" : "inception", settings);
    }

    @Override
    public Map<String, Object> open(LayerSpec.Open open) {
      Map<String, Object> settings = named();
      settings.put("kind", open.kind());
      settings.put("reads", open.reads());
      settings.put("output", list(open.out()));
      Map<String, Object> parameters = new LinkedHashMap<>();
      open.weights().forEach(weights -> parameters.put(weights.key(), list(weights.shape())));
      settings.put("parameters", parameters);
      settings.put(
          "decayed",
          open.weights().stream()
              .filter(LayerSpec.Open.Weights::decayed)
              .map(LayerSpec.Open.Weights::key)
              .toList());
      Map<String, Object> statistics = new LinkedHashMap<>();
      open.kept().forEach((key, shape) -> statistics.put(key, list(shape)));
      settings.put("statistics", statistics);
      return fields("open", settings);
    }
  }

  /** Writes what a plain window has as one number each. */
  private static void window(Map<String, Object> settings, Window window) {
    settings.put("size", List.of(window.height(), window.width()));
    if (window.isPlain()) {
      settings.put("stride", window.stride());
      settings.put("pad", window.pad());
      return;
    }
    Window.Axis rows = window.rows();
    Window.Axis columns = window.columns();
    settings.put("stride", List.of(rows.stride(), columns.stride()));
    settings.put(
        "pad", rows.pad() == Window.Axis.SAME ? "same" : List.of(rows.pad(), columns.pad()));
    settings.put("dilation", List.of(rows.dilation(), columns.dilation()));
  }

  private static void weights(Map<String, Object> settings, LayerSpec.Weighted layer) {
    settings.put("initial", initial(layer.initial()));
    if (!layer.bias().equals(LayerSpec.BIAS)) {
      settings.put("bias", layer.bias().isEmpty() ? "none" : layer.bias().getAsDouble());
    }
  }

  /** Writes adjustments that are made; a network mostly has none. */
  private static void adjustments(Map<String, Object> text, Adjustments adjustments) {
    if (adjustments.l1() != 0) {
      text.put("l1", adjustments.l1());
    }
    if (!adjustments.clipping().equals(Adjustments.NONE.clipping())) {
      Map<String, Object> clipping = fields("type", adjustments.clipping().kind().id());
      clipping.put("threshold", adjustments.clipping().threshold());
      text.put("clipping", clipping);
    }
    if (adjustments.biasRate() != 1) {
      text.put("biasRate", adjustments.biasRate());
    }
  }

  private static Object initial(InitialValues initial) {
    if (initial instanceof InitialValues.Uniform uniform) {
      return fields("uniform", List.of(uniform.from(), uniform.to()));
    } else if (initial instanceof InitialValues.TruncatedNormal normal) {
      return fields("truncatedNormal", normal.standardDeviation());
    }
    return initial instanceof InitialValues.Normal normal
        ? normal.standardDeviation()
        : TypeNames.of(initial);
  }

  private static Map<String, Object> optimizer(OptimizerSpec optimizer) {
    Map<String, Object> settings = fields("type", TypeNames.of(optimizer));
    settings.putAll(components(optimizer));
    if (optimizer instanceof OptimizerSpec.Nesterov nesterov) {
      settings.remove("printed");
      settings.put("form", nesterov.printed() ? "printed" : "corrected");
    }
    LearningRate rate = optimizer.learningRate();
    settings.put("learningRate", rate.initial());
    if (!(rate.decay() instanceof LearningRate.Decay.None)) {
      Map<String, Object> decayed = fields("type", TypeNames.of(rate.decay()));
      if (rate.decay() instanceof LearningRate.Decay.Steps steps) {
        Map<String, Object> rates = new LinkedHashMap<>();
        steps.changes().forEach(change -> rates.put("" + change.from(), change.rate()));
        decayed.put("rates", rates);
      } else {
        decayed.putAll(components(rate.decay()));
      }
      settings.put("decayed", decayed);
    }
    return settings;
  }

  /** Returns the parts of a record, which experiment files name as it does. */
  private static Map<String, Object> components(Object specification) {
    Map<String, Object> components = new LinkedHashMap<>();
    for (RecordComponent component : specification.getClass().getRecordComponents()) {
      try {
        components.put(component.getName(), component.getAccessor().invoke(specification));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("a specification that cannot be read", e);
      }
    }
    return components;
  }

  private static Map<String, Object> fields(String key, Object value) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(key, value);
    return fields;
  }

  private static String json(Map<String, Object> value) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      write(out, value);
    } catch (IOException e) {
      throw new IllegalStateException("a network that cannot be written", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, Object value) throws IOException {
    if (value instanceof Map<?, ?> map) {
      out.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.writeFieldName(entry.getKey().toString());
        write(out, entry.getValue());
      }
      out.writeEndObject();
    } else if (value instanceof List<?> list) {
      out.writeStartArray();
      for (Object element : list) {
        write(out, element);
      }
      out.writeEndArray();
    } else if (value instanceof Double number) {
      out.writeNumber(number);
    } else if (value instanceof Integer number) {
      out.writeNumber(number);
    } else {
      out.writeString(value.toString());
    }
  }
}
