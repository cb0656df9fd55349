package dev.lockstep.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.experiments.bench.BenchResult.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes on a network so small that nothing is learned of its speed. */
class BenchTest {

  private static final String NETWORK =
      """
      input: 784
      layers:
        - affine: {units: 3}
        - relu
        - affine: {units: 10}
      initial: he
      optimizer: {type: sgd, learningRate: 0.1}
      training: {batchSize: 5, order: drawn, steps: 10}
      """;

  @TempDir private Path directory;

  private Subject subject = Subject.TWO_LAYERS;

  @BeforeEach
  void writeNetwork() throws IOException {
    Path file = directory.resolve("tiny.yaml");
    Files.writeString(file, NETWORK);
    subject = new Subject(file.toString(), "", "tiny");
  }

  @Test
  void measuresBothSidesInProcessesOfTheirOwnAndTellsTheRatioOfWhatAgrees() {
    List<String> told = new ArrayList<>();
    BenchSettings settings =
        new BenchSettings(
            List.of(subject),
            List.of(),
            List.of(),
            List.of(Contender.DL4J),
            List.of(1),
            1,
            0,
            0,
            1);

    BenchResult result =
        new Bench(settings, null, told::add, List.of()).run("bench", LocalDate.of(2026, 1, 31));

    assertThat(result.verdict()).isEqualTo(Verdict.AGREE);
    assertThat(result.date()).isEqualTo("2026-01-31");
    assertThat(result.environment()).containsKeys("cpu", "jdk");
    assertThat(result.benchmarks()).hasSize(1);
    Row row = result.benchmarks().get(0);
    assertThat(row.samplesPerSecond().values()).hasSize(2).allMatch(speed -> speed > 0);
    assertThat(row.ratio()).isNotNull();
    assertThat(row.limitShare()).isPositive();
    assertThat(row.peakHeapMiB().values()).hasSize(2).allMatch(peak -> peak > 0 && peak <= 512);
    assertThat(told).hasSize(4).first().asString().contains("compared");
  }

  @Test
  void numPyAgreesWhereThereIsOne() throws IOException {
    Peers peers = new Peers(Files.createDirectory(directory.resolve("peers")));
    assumeThat(peers.missing(Contender.NUMPY)).as("no Python with NumPy here").isEmpty();

    Measurement measured = peers.measure(new Job(Contender.NUMPY, subject, Task.TRAINING, 1, 0, 0));

    assertThat(measured.samplesPerSecond()).isPositive();
    assertThat(measured.peakHeapMiB()).isNull();
    assertThat(peers.agrees(subject, Contender.NUMPY)).isTrue();
  }

  /** No network has no layer: whoever is told of the change cannot but say so. */
  @Test
  void theProcessAndTheBenchmarkInItAreToldWhatIsChanged() {
    Subject changed = Subject.FIVE_LAYERS.changed("layers.repeat1.times=0");
    StepBenchmark benchmark = new StepBenchmark();
    benchmark.source = changed.source();
    benchmark.variant = changed.variant();
    benchmark.change = changed.change();

    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(benchmark::begin)
        .withMessageContaining("times");
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                JavaProcesses.measure(new Job(Contender.SCRATCH, changed, Task.TRAINING, 1, 0, 1)))
        .withMessageContaining("times");
  }

  @Test
  void aProcessThatMeasuresNothingIsQuoted() {
    Subject unknown = new Subject("no-such-experiment", "", "");

    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                JavaProcesses.measure(new Job(Contender.SCRATCH, unknown, Task.TRAINING, 1, 0, 1)))
        .withMessageContaining("no-such-experiment");
  }

  @Test
  void aChildIsToldOfItsThreads() {
    Measurement measured =
        ChildProcess.run(
            List.of("sh", "-c", "echo noise; echo \"measured {\\\"samplesPerSecond\\\": $N}\""),
            Map.of("N", "7.5"));

    assertThat(measured).isEqualTo(new Measurement(7.5, null));
  }
}
