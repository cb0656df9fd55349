package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.bridge.program.Python;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole networks in NumPy and in PyTorch, from the command line. */
class PythonSidesTest {

  /** Enough for every layer and update to be seen; the profile {@code long} sets 300. */
  private static final int STEPS = Integer.getInteger("lockstep.python.steps", 3);

  @TempDir static Path temp;
  private static String data = "";

  @BeforeAll
  static void writeData() throws IOException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
  }

  @ParameterizedTest
  @CsvSource({
    "two-layer-net, numpy, numpy",
    "two-layer-net, pytorch, torch",
    "mlp-batchnorm-dropout, numpy, numpy",
    "mlp-batchnorm-dropout, pytorch, torch",
    "simple-convnet, numpy, numpy",
    "simple-convnet, pytorch, torch",
    "residual-block, numpy, numpy",
    "residual-block, pytorch, torch"
  })
  void agreesFromTheFirstStepToTheLast(String network, String side, String module)
      throws IOException {
    assumeTrue(Python.with(module).isPresent(), "skipped: no Python here has " + module);
    Path output = temp.resolve(network + "-" + side);
    Invocation run =
        Invocation.of(
            "compare",
            network,
            "--candidate",
            side,
            "--steps",
            Integer.toString(STEPS),
            "training.batchSize=10",
            "--test-size",
            "20",
            "--data",
            data,
            "--format",
            "json",
            "-q",
            "--output",
            output.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode result = JsonMapper.builder().build().readTree(output.resolve("result.json").toFile());
    assertThat(result.at("/verdict").asText()).isEqualTo("AGREE");
    assertThat(result.at("/experiment/steps").asInt()).isEqualTo(STEPS);
    assertThat(result.at("/implementations/1/name").asText()).isEqualTo(side);
  }

  /** Those that came last of all parts; {@code verify --candidate} runs the others too. */
  @ParameterizedTest
  @CsvSource({"numpy, numpy", "pytorch, torch"})
  void lackNoPart(String side, String module) {
    assumeTrue(Python.with(module).isPresent(), "skipped: no Python here has " + module);
    Invocation run =
        Invocation.of(
            "verify",
            "--candidate",
            side,
            "--include",
            "layer conv, (pad|dil)|layer pool, .*(same|dil)|layer affine and|(l1|rate) branching|clipping",
            "--format",
            "text",
            "--output",
            temp.resolve("verify-" + side).toString());
    assertThat(run.exitCode()).as(run.toString()).isZero();
    assertThat(run.out()).contains("clipping unitParameter").doesNotContain("skipped");
  }
}
