package dev.lockstep.experiments.report;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.lockstep.core.compare.Reading;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.experiments.bench.BenchResult;
import dev.lockstep.experiments.bench.Task;
import dev.lockstep.experiments.faults.BaseNetwork;
import dev.lockstep.experiments.faults.Detection;
import dev.lockstep.experiments.faults.Fault;
import dev.lockstep.experiments.statistics.PairedStatistics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.function.Function;

/** Results as JSON: stable key order, numbers that are not finite as strings. */
public final class ResultJson {

  private static final ObjectWriter COMPACT = writer();
  private static final ObjectWriter WRITER =
      COMPACT.with(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

  private ResultJson() {}

  private static ObjectWriter writer() {
    SimpleModule module = new SimpleModule();
    JsonSerializer<Double> numbers = new NumberSerializer();
    module.addSerializer(Double.class, numbers);
    module.addSerializer(double.class, numbers);
    module.addSerializer(Phase.class, new NameSerializer<>(Phase::id));
    module.addSerializer(Reading.class, new NameSerializer<>(Reading::id));
    module.addSerializer(Task.class, new NameSerializer<>(Task::id));
    module.addSerializer(BenchResult.Setting.class, new NameSerializer<>(BenchResult.Setting::id));
    module.addKeySerializer(Phase.class, new PhaseKeySerializer());
    return JsonMapper.builder()
        .addModule(module)
        .addMixIn(Figure.class, FigureType.class)
        .addMixIn(FirstDivergence.class, DerivedOfDivergence.class)
        .addMixIn(FirstDivergence.Element.class, DerivedOfElement.class)
        .addMixIn(TensorReading.class, DerivedOfReading.class)
        .addMixIn(Coverage.class, DerivedOfCoverage.class)
        .addMixIn(PairedStatistics.class, DerivedOfStatistics.class)
        .addMixIn(Detection.class, DerivedOfDetection.class)
        .addMixIn(Fault.class, ToldOfFault.class)
        .addMixIn(Fault.Size.class, ToldOfSize.class)
        .addMixIn(BaseNetwork.class, ToldOfNetwork.class)
        .build()
        .writer();
  }

  /** Writes the kind of a figure beside its numbers. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "kind")
  private interface FigureType {}

  /** What a first divergence derives from its own fields belongs to the result as well. */
  private interface DerivedOfDivergence {
    @JsonProperty
    double errorOverFloor();

    @JsonProperty
    double allowed();

    @JsonProperty
    double mismatchedShare();
  }

  private interface DerivedOfElement {
    @JsonProperty
    double relativeError();
  }

  private interface DerivedOfCoverage {
    @JsonProperty
    Map<String, Long> skippedBecause();
  }

  private interface DerivedOfStatistics {
    @JsonProperty
    boolean identical();
  }

  private interface DerivedOfDetection {
    @JsonProperty
    boolean located();

    @JsonProperty
    boolean explained();
  }

  /** A fault stands in every detection of it: what tells the detections apart is their size. */
  @JsonIgnoreProperties("sizes")
  private interface ToldOfFault {}

  /** How a fault is injected is code. */
  @JsonIgnoreProperties("injection")
  private interface ToldOfSize {}

  private interface ToldOfNetwork {
    @JsonValue
    String id();
  }

  private interface DerivedOfReading {
    @JsonProperty
    double errorOverFloor();
  }

  /** Returns a result as it is written to {@code result.json}. */
  public static String write(Object result) {
    try {
      return WRITER.writeValueAsString(result) + "\n";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a result without white space. */
  static String compact(Object result) {
    try {
      return COMPACT.writeValueAsString(result);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class NumberSerializer extends JsonSerializer<Double> {
    @Override
    public void serialize(Double value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      if (Double.isFinite(value)) {
        out.writeNumber(value);
      } else {
        out.writeString(value.toString());
      }
    }
  }

  private static final class NameSerializer<T> extends JsonSerializer<T> {
    private final Function<T, String> name;

    NameSerializer(Function<T, String> name) {
      this.name = name;
    }

    @Override
    public void serialize(T value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(name.apply(value));
    }
  }

  private static final class PhaseKeySerializer extends JsonSerializer<Phase> {
    @Override
    public void serialize(Phase value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeFieldName(value.id());
    }
  }
}
