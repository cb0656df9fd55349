package dev.lockstep.report.scalars;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.core.result.RunResult;
import dev.lockstep.report.Format;
import dev.lockstep.report.Reports;
import dev.lockstep.report.SampleRuns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of other programs, read back by what knows only their formats. */
class ScalarFilesTest {

  private static final Instant WRITTEN = Instant.ofEpochSecond(1_700_000_000);

  @TempDir Path scratch;

  /** Written from the descriptions of TFRecord, CRC-32C and event.proto alone. */
  private static final String READER =
      """
      import struct, sys

      table = []
      for n in range(256):
          for _ in range(8):
              n = n >> 1 ^ 0x82f63b78 if n & 1 else n >> 1
          table.append(n)

      def masked(data):
          crc = 0xffffffff
          for byte in data:
              crc = table[(crc ^ byte) & 255] ^ crc >> 8
          crc ^= 0xffffffff
          return ((crc >> 15 | crc << 17) + 0xa282ead8) & 0xffffffff

      def varint(data, at):
          value = shift = 0
          while True:
              value |= (data[at] & 127) << shift
              shift += 7
              at += 1
              if not data[at - 1] & 128:
                  return value, at

      def fields(data):
          at = 0
          while at < len(data):
              key, at = varint(data, at)
              if key & 7 == 0:
                  value, at = varint(data, at)
              elif key & 7 == 1:
                  value, at = struct.unpack('<d', data[at:at + 8])[0], at + 8
              elif key & 7 == 5:
                  value, at = struct.unpack('<f', data[at:at + 4])[0], at + 4
              else:
                  size, at = varint(data, at)
                  value, at = data[at:at + size], at + size
              yield key >> 3, value

      content = open(sys.argv[1], 'rb').read()
      at = 0
      while at < len(content):
          length = content[at:at + 8]
          size = struct.unpack('<Q', length)[0]
          body = content[at + 12:at + 12 + size]
          assert struct.unpack('<I', content[at + 8:at + 12])[0] == masked(length), 'checksum of a length'
          assert struct.unpack('<I', content[at + 12 + size:at + 16 + size])[0] == masked(body), 'checksum of an event'
          at += 16 + size
          event = dict(fields(body))
          if 3 in event:
              print(event[3].decode(), event[1])
          else:
              value = dict(fields(dict(fields(event[5]))[1]))
              print(value[1].decode(), event[2], repr(value[2]))
      """;

  private List<String> read(byte[] events) throws IOException, InterruptedException {
    Path reader = Files.writeString(scratch.resolve("reader.py"), READER);
    Path file = Files.write(scratch.resolve("events"), events);
    Process python;
    try {
      python =
          new ProcessBuilder("python3", reader.toString(), file.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      assumeTrue(false, "skipped: no python3 on this machine's path");
      throw e;
    }
    String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(python.waitFor()).as(said).isZero();
    return said.lines().toList();
  }

  @Test
  void tensorBoardsEventsAreReadBackWithTheirChecksums() throws Exception {
    RunResult run = SampleRuns.differing(1);
    Map<String, byte[]> files = TensorBoard.files(run, WRITTEN);
    assertThat(files.keySet())
        .containsExactly(
            "reference-scratch/events.out.tfevents.1700000000.lockstep",
            "candidate-deeplearning4j/events.out.tfevents.1700000000.lockstep",
            "differences/events.out.tfevents.1700000000.lockstep");
    List<String> reference = read(files.values().iterator().next());
    assertThat(reference.get(0)).isEqualTo("brain.Event:2 1700000000.0");
    var first = run.curves().loss().get(0);
    String[] loss = reference.get(1).split(" ", 3);
    assertThat(loss[0]).isEqualTo("loss");
    assertThat(Long.parseLong(loss[1])).isEqualTo(first.step());
    assertThat((float) Double.parseDouble(loss[2])).isEqualTo((float) first.reference());
    assertThat(reference)
        .hasSize(1 + run.curves().loss().size() + 2 * run.curves().accuracy().size())
        .anyMatch(line -> line.startsWith("test_accuracy 1800 0.9"));
    List<String> differences =
        read(
            Objects.requireNonNull(
                files.get("differences/events.out.tfevents.1700000000.lockstep")));
    assertThat(differences)
        .anyMatch(
            line ->
                line.matches(
                    "error_over_floor/backward 3 \\d{5,}\\.\\d+(e\\+?\\d+)?|error_over_floor/backward 3 \\d\\.\\d+e\\+1\\d"));
  }

  @Test
  void whatIsNotFiniteIsAnEventToo() throws Exception {
    byte[] events = TensorBoard.files(SampleRuns.diverged(1), WRITTEN).values().iterator().next();
    assertThat(read(events)).anyMatch(line -> line.startsWith("loss ") && line.endsWith(" nan"));
  }

  @Test
  void mlFlowsFolderHoldsBothSidesAsRuns() throws IOException {
    RunResult run = SampleRuns.differing(3);
    Reports.write(scratch, EnumSet.of(Format.MLFLOW, Format.TENSORBOARD), run);
    Path root = scratch.resolve("mlruns");
    Path experiment = only(root);
    assertThat(Files.readString(experiment.resolve("meta.yaml")))
        .contains(
            "experiment_id: \"" + experiment.getFileName() + "\"\n",
            "lifecycle_stage: \"active\"\n",
            "name: \"lockstep mlp-batchnorm-dropout\"\n");
    Map<String, Path> roles = new TreeMap<>();
    for (Path folder : list(experiment).filter(Files::isDirectory).toList()) {
      roles.put(Files.readString(folder.resolve("tags/lockstep.role")), folder);
    }
    assertThat(roles).containsOnlyKeys("candidate", "reference");
    Path candidate = Objects.requireNonNull(roles.get("candidate"));
    assertThat(candidate.getFileName().toString()).matches("[0-9a-f]{32}");
    assertThat(Files.readString(candidate.resolve("meta.yaml")))
        .contains(
            "run_id: \"" + candidate.getFileName() + "\"\n", "status: 3\n", "source_type: 4\n");
    assertThat(Files.readString(candidate.resolve("params/optimizer.learningRate")))
        .isEqualTo("0.1");
    assertThat(Files.readString(candidate.resolve("params/matrix product")))
        .isEqualTo("ND4J, OpenBLAS");
    assertThat(Files.readString(candidate.resolve("tags/lockstep.verdict"))).isEqualTo("DIFFER");
    var last = run.curves().accuracy().get(run.curves().accuracy().size() - 1);
    assertThat(Files.readAllLines(candidate.resolve("metrics/test_accuracy")))
        .hasSize(run.curves().accuracy().size())
        .last()
        .asString()
        .matches("\\d{13} " + last.candidateTest() + " 1800");
    assertThat(candidate.resolve("metrics/error_over_floor/backward")).exists();
    assertThat(Objects.requireNonNull(roles.get("reference")).resolve("metrics/error_over_floor"))
        .doesNotExist();
    assertThat(list(scratch.resolve("tensorboard"))).hasSize(3);
  }

  private static Path only(Path folder) throws IOException {
    List<Path> all = list(folder).toList();
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private static Stream<Path> list(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList().stream();
    }
  }
}
