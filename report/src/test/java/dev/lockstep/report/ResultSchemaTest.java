package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.report.summary.SummaryBuilder;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResultSchemaTest {

  static Stream<Named<Object>> results() {
    return Stream.of(
        Named.of("agreeing", SampleRuns.agreeing(1)),
        Named.of("differing", SampleRuns.differing(2)),
        Named.of("identical", SampleRuns.identical(3)),
        Named.of("diverged alike", SampleRuns.diverged(4)),
        Named.of("explained", SampleRuns.explained(5)),
        Named.of("going on alone", SampleRuns.goingOnAlone(6)),
        Named.of("with a notice", SampleRuns.noticed("MNIST could not be had")),
        Named.of("with figures", SampleRuns.with(SampleFigures.all())),
        Named.of("two seeds", SampleRuns.summary(2)),
        Named.of("ten seeds", SampleRuns.summary(10)),
        Named.of(
            "all kinds",
            new SummaryBuilder("compare")
                .add(SampleRuns.diverged(1), "seed-1")
                .add(SampleRuns.differing(2), "seed-2")
                .add(SampleRuns.explained(3), "seed-3")
                .add(SampleRuns.goingOnAlone(4), "seed-4")
                .add(SampleFigures.search())
                .build()));
  }

  @ParameterizedTest
  @MethodSource("results")
  void everyWrittenResultKeepsToTheSchema(Object result) throws IOException {
    assertThat(ResultSchema.problems(ResultJson.write(result))).isEmpty();
  }

  @Test
  void theSchemaKnowsNoFieldThatIsNotWrittenAndMissesNoneThatIs() throws IOException {
    ObjectNode result =
        (ObjectNode) new ObjectMapper().readTree(ResultJson.write(SampleRuns.agreeing(1)));
    result.put("surprise", 1);
    assertThat(ResultSchema.problems(result.toString())).hasSize(1);
    result.remove("surprise");
    result.remove("horizon");
    assertThat(ResultSchema.problems(result.toString())).hasSize(1);
  }

  @Test
  void theSchemaRefusesNumbersAsTextAndUnknownVerdicts() throws IOException {
    String json = ResultJson.write(SampleRuns.agreeing(1));
    assertThat(ResultSchema.problems(json.replace("\"AGREE\"", "\"FINE\""))).isNotEmpty();
    assertThat(
            ResultSchema.problems(
                json.replaceFirst("\"testAccuracy\" : [0-9.]+", "\"testAccuracy\" : \"0.9\"")))
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
