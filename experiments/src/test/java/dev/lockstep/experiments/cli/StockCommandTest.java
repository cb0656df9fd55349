package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a plain DL4J user gets is explained, entry by entry, on a few steps of bundled networks. */
class StockCommandTest {

  @TempDir static Path temp;
  private static Invocation run;

  @BeforeAll
  static void compare() throws IOException {
    String data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
    run =
        Invocation.of(
            "compare",
            "optimizers",
            "dropout",
            "weight-decay",
            "mlp-batchnorm-dropout",
            "--alignment",
            "stock",
            "--data",
            data,
            "training.batchSize=10",
            "--train-size",
            "300",
            "--test-size",
            "20",
            "--steps",
            "6",
            "--observe-every",
            "1",
            "--format",
            "text,json",
            "--output",
            temp.resolve("out").toString(),
            "-q");
  }

  private static JsonNode result(String path) throws IOException {
    return JsonMapper.builder()
        .build()
        .readTree(temp.resolve("out").resolve(path).resolve("result.json").toFile());
  }

  @ParameterizedTest
  @CsvSource({
    "optimizers/sgd,         cross-entropy-clipping",
    "optimizers/momentum,    cross-entropy-clipping momentum-is-nesterov",
    "optimizers/nesterov,    cross-entropy-clipping",
    "optimizers/ada-grad,    cross-entropy-clipping adagrad-start adagrad-epsilon",
    "optimizers/rms-prop,    cross-entropy-clipping rmsprop-start rmsprop-epsilon",
    "optimizers/adam,        cross-entropy-clipping adam-epsilon",
    "dropout/with,           cross-entropy-clipping dropout-scaling",
    "weight-decay/with,      cross-entropy-clipping decay-after-updater global-decay-twice",
    "mlp-batchnorm-dropout,  cross-entropy-clipping momentum-is-nesterov dropout-scaling"
        + " batch-norm-epsilon batch-norm-start batch-norm-log-std"
  })
  void theRightEntriesAreNamedAndNothingIsLeft(String experiment, String entries)
      throws IOException {
    JsonNode result = result(experiment + "/seed-1");

    assertThat(result.at("/verdict").asText()).isEqualTo("EXPLAINED");
    assertThat(result.at("/attribution/explanation"))
        .extracting(JsonNode::asText)
        .containsExactlyInAnyOrder(entries.split(" "));
    assertThat(result.at("/attribution/remainder").isNull()).isTrue();
    assertThat(result.at("/configuration"))
        .filteredOn(setting -> !setting.at("/reference").equals(setting.at("/candidate")))
        .extracting(setting -> setting.at("/key").asText())
        .contains("formulas")
        .contains(entries.split(" "));
    assertThat(result.at("/attribution/unexplained").asDouble()).isLessThanOrEqualTo(100);
    assertThat(result.at("/attribution/total").asDouble()).isGreaterThan(100);
  }

  @Test
  void whatIsExplainedIsNoFailure() throws IOException {
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).startsWith("EXPLAINED");
    assertThat(result("").at("/verdict").asText()).isEqualTo("EXPLAINED");
  }
}
