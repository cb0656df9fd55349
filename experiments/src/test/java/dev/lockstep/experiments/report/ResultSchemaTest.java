package dev.lockstep.experiments.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResultSchemaTest {

  private static final JsonSchema SCHEMA = schema();

  private static JsonSchema schema() {
    try (InputStream in =
        Objects.requireNonNull(ResultJson.class.getResourceAsStream("result.schema.json"))) {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(in);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Set<ValidationMessage> problems(String json) throws IOException {
    return SCHEMA.validate(new ObjectMapper().readTree(json));
  }

  static Stream<Named<Object>> results() {
    return Stream.of(
        Named.of("agreeing", SampleRuns.agreeing(1)),
        Named.of("differing", SampleRuns.differing(2)),
        Named.of("identical", SampleRuns.identical(3)),
        Named.of("diverged alike", SampleRuns.diverged(4)),
        Named.of("explained", SampleRuns.explained(5)),
        Named.of("with a notice", SampleRuns.noticed("MNIST could not be had")),
        Named.of("with figures", SampleRuns.with(SampleFigures.all())),
        Named.of("two seeds", SampleRuns.summary(2)),
        Named.of("ten seeds", SampleRuns.summary(10)),
        Named.of("speeds", SampleSpeeds.result()),
        Named.of(
            "all kinds",
            new SummaryBuilder("compare")
                .add(SampleRuns.diverged(1), "seed-1")
                .add(SampleRuns.differing(2), "seed-2")
                .add(SampleRuns.explained(3), "seed-3")
                .add(SampleFigures.search())
                .build()));
  }

  @ParameterizedTest
  @MethodSource("results")
  void everyWrittenResultKeepsToTheSchema(Object result) throws IOException {
    assertThat(problems(ResultJson.write(result))).isEmpty();
  }

  @Test
  void theSchemaKnowsNoFieldThatIsNotWrittenAndMissesNoneThatIs() throws IOException {
    ObjectNode result =
        (ObjectNode) new ObjectMapper().readTree(ResultJson.write(SampleRuns.agreeing(1)));
    result.put("surprise", 1);
    assertThat(SCHEMA.validate(result)).hasSize(1);
    result.remove("surprise");
    result.remove("horizon");
    assertThat(SCHEMA.validate(result)).hasSize(1);
  }

  @Test
  void theSchemaRefusesNumbersAsTextAndUnknownVerdicts() throws IOException {
    String json = ResultJson.write(SampleRuns.agreeing(1));
    assertThat(problems(json.replace("\"AGREE\"", "\"FINE\""))).isNotEmpty();
    assertThat(
            problems(json.replaceFirst("\"testAccuracy\" : [0-9.]+", "\"testAccuracy\" : \"0.9\"")))
        .isNotEmpty();
  }

  @Test
  void numbersThatAreNotFiniteAreStrings() throws IOException {
    JsonNode result = new ObjectMapper().readTree(ResultJson.write(SampleRuns.diverged(1)));
    JsonNode loss = result.at("/implementations/0/trainLoss");
    assertThat(loss.isTextual()).isTrue();
    assertThat(loss.asText()).isEqualTo("NaN");
  }
}
