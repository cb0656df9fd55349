package dev.lockstep.report;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.lockstep.core.CompleteRecord;
import dev.lockstep.core.InputException;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.report.summary.Summary;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Results as JSON: stable key order, numbers that are not finite as strings. */
public final class ResultJson {

  /** A chart is no finer, and words show four digits. */
  private static final MathContext OF_PAGE = new MathContext(6);

  /**
   * For the page, which may not grow past reading: points of curves without their names, numbers
   * with the digits that can be seen.
   */
  private static final ObjectWriter COMPACT =
      mapper(OF_PAGE)
          .rebuild()
          .addMixIn(Summary.DriftPoint.class, InOrder.class)
          .addMixIn(Summary.LossBand.class, InOrder.class)
          .addMixIn(Summary.Band.class, InOrder.class)
          .build()
          .writer();

  private static final ObjectWriter WRITER =
      mapper(MathContext.UNLIMITED)
          .writer()
          .with(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

  private ResultJson() {}

  private static final JsonFactory JSON = new JsonFactory();

  private static final ObjectReader RUN = mapper(MathContext.UNLIMITED).readerFor(RunResult.class);

  /** A result with a thousand steps of a large network, and its figures, needs a tenth of it. */
  private static final int MAX_BYTES = 1 << 28;

  private static JsonMapper mapper(MathContext digits) {
    SimpleModule module = new SimpleModule();
    JsonSerializer<Double> numbers = new NumberSerializer(digits);
    module.addSerializer(Double.class, numbers);
    module.addSerializer(double.class, numbers);
    module.addSerializer(Phase.class, new NameSerializer<>(Phase::id));
    module.addSerializer(Reading.class, new NameSerializer<>(Reading::id));
    module.addKeySerializer(Phase.class, new PhaseKeySerializer());
    module.addDeserializer(Phase.class, new NameDeserializer<>(Phase.values(), Phase::id));
    module.addDeserializer(Reading.class, new NameDeserializer<>(Reading.values(), Reading::id));
    module.addKeyDeserializer(Phase.class, new PhaseKeyDeserializer());
    module.registerSubtypes(Figure.class.getPermittedSubclasses());
    return JsonMapper.builder()
        .addModule(module)
        .addMixIn(Figure.class, FigureType.class)
        .addMixIn(FirstDivergence.class, DerivedOfDivergence.class)
        .addMixIn(FirstDivergence.Element.class, DerivedOfElement.class)
        .addMixIn(TensorReading.class, DerivedOfReading.class)
        .addMixIn(Coverage.class, DerivedOfCoverage.class)
        .addMixIn(Page.Block.class, BlockType.class)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES) // what is derived
        .build();
  }

  /**
   * Reads the result of one run.
   *
   * @throws InputException if the file holds none
   */
  public static RunResult read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      RunResult result = CompleteRecord.require(RUN.readValue(in.readNBytes(MAX_BYTES)));
      if (result.schemaVersion() != RunResult.SCHEMA_VERSION) {
        throw new InputException(
            "%s: expected a result of version %d".formatted(file, RunResult.SCHEMA_VERSION));
      }
      // every format names both sides
      result.side("reference");
      result.side("candidate");
      return result;
    } catch (JsonProcessingException e) {
      throw new InputException(
          "%s: expected the result of a run, found %s".formatted(file, wrong(e)), e);
    } catch (IllegalArgumentException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + Reasons.of(e), e);
    }
  }

  /** Says what is wrong with a file in JSON, without the classes that it is read into. */
  public static String wrong(JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    String where =
        at == null || at.getLineNr() < 1
            ? ""
            : " in line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
    if (e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
      String key =
          mapping.getPath().stream()
              .map(part -> part.getFieldName() == null ? "[]" : "." + part.getFieldName())
              .collect(Collectors.joining())
              .replaceFirst("^[.]", "");
      return "a value of %s that it cannot have%s".formatted(key, where);
    }
    return "what is no such JSON%s".formatted(where);
  }

  /** Returns whether a file holds the result of one run, not a summary or another command's. */
  public static boolean holdsRun(Path file) {
    try (JsonParser parser = JSON.createParser(file.toFile())) {
      boolean run = false;
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          run = run || parser.currentName().equals("readings");
          parser.nextToken();
          parser.skipChildren();
        }
      }
      return run;
    } catch (IOException e) {
      return false;
    }
  }

  /** Writes the kind of a figure beside its numbers. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "kind")
  private interface FigureType {}

  /** Writes a record as an array of its components. */
  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  private interface InOrder {}

  /** Writes the kind of a block beside what it holds. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "type")
  private interface BlockType {}

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

  private interface DerivedOfReading {
    @JsonProperty
    boolean judged();

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

  /** Returns a result for the page: without white space, points as arrays. */
  static String compact(Object result) {
    try {
      return COMPACT.writeValueAsString(result);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class NumberSerializer extends JsonSerializer<Double> {
    private final MathContext digits;

    NumberSerializer(MathContext digits) {
      this.digits = digits;
    }

    @Override
    public void serialize(Double value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      if (!Double.isFinite(value)) {
        out.writeString(value.toString());
      } else if (digits.getPrecision() == 0) {
        out.writeNumber(value);
      } else {
        double rounded = new BigDecimal(value).round(digits).doubleValue();
        if (rounded == (int) rounded) {
          out.writeNumber((int) rounded); // a picture has thousands of whole numbers
        } else {
          out.writeNumber(rounded);
        }
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

  private static <T> T named(String name, T[] values, Function<T, String> names)
      throws JsonMappingException {
    for (T value : values) {
      if (names.apply(value).equals(name)) {
        return value;
      }
    }
    throw new JsonMappingException(
        null,
        "expected one of %s, found '%s'".formatted(Stream.of(values).map(names).toList(), name));
  }

  private static final class NameDeserializer<T> extends JsonDeserializer<T> {
    private final T[] values;
    private final Function<T, String> names;

    NameDeserializer(T[] values, Function<T, String> names) {
      this.values = values;
      this.names = names;
    }

    @Override
    public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return named(in.getText(), values, names);
    }
  }

  private static final class PhaseKeyDeserializer extends KeyDeserializer {
    @Override
    public Object deserializeKey(String key, DeserializationContext context) throws IOException {
      return named(key, Phase.values(), Phase::id);
    }
  }
}
