package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A checkpoint that is damaged, or not this run's, is refused by its name, and nothing written. */
class DamagedCheckpointTest {

  private static final String CHECKPOINT = "checkpoint.npz";
  private static final String DESCRIPTION = "description.json";
  private static final String WEIGHTS = "now/reference/affine1/W.npy";

  @TempDir static Path temp;
  private static byte[] checkpoint = {};
  private static byte[] begun = {};

  @BeforeAll
  static void killedRun() throws IOException, InterruptedException {
    String data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
    Path output = temp.resolve("killed");
    LockstepProcess process =
        LockstepProcess.start(
            temp.resolve("log"),
            List.of("-Dlockstep.checkpoint.millis=0"),
            "compare",
            "two-layer-net",
            "--steps",
            "100000",
            "training.batchSize=20",
            "--data",
            data,
            "--output",
            output.toString());
    process.awaitThat(() -> Files.exists(output.resolve(CHECKPOINT)));
    process.kill();
    checkpoint = Files.readAllBytes(output.resolve(CHECKPOINT));
    begun = Files.readAllBytes(output.resolve("session.json"));
  }

  static Stream<Arguments> damages() {
    return Stream.of(
        damage("empty", file -> new byte[0]),
        damage("one byte", file -> Arrays.copyOf(file, 1)),
        damage("half", file -> Arrays.copyOf(file, file.length / 2)),
        damage("last byte missing", file -> Arrays.copyOf(file, file.length - 1)),
        damage("zeros", file -> new byte[file.length]),
        damage("text", file -> "step 17".getBytes(StandardCharsets.UTF_8)),
        damage("web page", file -> "<html>404</html>".getBytes(StandardCharsets.UTF_8)),
        damage("a bit of a number", file -> flipped(file, WEIGHTS)),
        damage("a bit of the description", file -> flipped(file, DESCRIPTION)),
        damage("no description", edit(entries -> entries.remove(DESCRIPTION))),
        damage("no weights", edit(entries -> entries.remove(WEIGHTS))),
        damage(
            "weights of another shape", edit(entries -> move(entries, "affine1/b", "affine1/W"))),
        damage("a tensor too many", edit(entries -> move(entries, "affine1/b", "affine9/b"))),
        damage("a bomb", edit(entries -> entries.put(WEIGHTS, bomb()))),
        damage("a path that escapes", edit(entries -> entries.put("../x.npy", new byte[9]))),
        damage("null", described(text -> "null")),
        damage("a list", described(text -> "[]")),
        damage("half a description", described(text -> text.substring(0, text.length() / 2))),
        damage("nested without end", described(text -> "[".repeat(1 << 20))),
        damage(
            "a class by name", described(text -> text.replaceFirst("\\{", "{\"@class\":\"x\","))),
        damage(
            "a count that is null",
            described(text -> replaced(text, "stride\":\\d+", "stride\":null"))),
        damage("a stride of 0", described(text -> replaced(text, "stride\":\\d+", "stride\":0"))),
        damage("a step of -1", described(text -> replaced(text, "now\":\\d+", "now\":-1"))),
        damage(
            "a step after the last",
            described(text -> replaced(text, "now\":\\d+", "now\":100001"))),
        damage("another seed", described(text -> replaced(text, "seed\":\"1\"", "seed\":\"2\""))),
        damage(
            "another version",
            described(text -> replaced(text, "lockstep\":\"", "lockstep\":\"9"))),
        damage("another data set", described(text -> replaced(text, "set\":\"", "set\":\"0"))),
        damage("another precision", described(text -> replaced(text, "double\"", "float\""))));
  }

  private static Arguments damage(String name, UnaryOperator<byte[]> change) {
    return Arguments.of(name, change);
  }

  private static String replaced(String text, String regex, String by) {
    String changed = text.replaceFirst(regex, by);
    assertThat(changed).isNotEqualTo(text);
    return changed;
  }

  private static UnaryOperator<byte[]> described(UnaryOperator<String> change) {
    return edit(
        entries ->
            entries.computeIfPresent(
                DESCRIPTION,
                (name, text) ->
                    change
                        .apply(new String(text, StandardCharsets.UTF_8))
                        .getBytes(StandardCharsets.UTF_8)));
  }

  /** Writes the archive anew, with sound checksums: what a stranger could do. */
  private static UnaryOperator<byte[]> edit(Consumer<Map<String, byte[]>> change) {
    return file -> {
      Map<String, byte[]> entries = new LinkedHashMap<>();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(file));
          ZipOutputStream out = new ZipOutputStream(bytes)) {
        for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
          entries.put(entry.getName(), in.readAllBytes());
        }
        change.accept(entries);
        for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
          out.putNextEntry(new ZipEntry(entry.getKey()));
          out.write(entry.getValue());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return bytes.toByteArray();
    };
  }

  private static void move(Map<String, byte[]> entries, String from, String to) {
    String side = "now/reference/";
    entries.put(side + to + ".npy", Objects.requireNonNull(entries.remove(side + from + ".npy")));
  }

  private static byte[] flipped(byte[] file, String entry) {
    byte[] name = entry.getBytes(StandardCharsets.UTF_8);
    int at = 0;
    while (!Arrays.equals(name, 0, name.length, file, at, at + name.length)) {
      at++;
    }
    byte[] changed = file.clone();
    changed[at + name.length + 300] ^= 1; // after the header of an array
    return changed;
  }

  /** Announces as many numbers as an array can hold, and unpacks to a gigabyte of zeros. */
  private static byte[] bomb() {
    String header = "{'descr': '<f8', 'fortran_order': False, 'shape': (134217728,), }";
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
    bytes.writeBytes(
        (header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes(new byte[1 << 20]);
    return bytes.toByteArray();
  }

  private static Invocation resume(String name, byte[] checkpoint) throws IOException {
    Path output = Files.createDirectories(temp.resolve(name.replace(' ', '-')));
    Files.write(output.resolve("session.json"), begun);
    Files.write(output.resolve(CHECKPOINT), checkpoint);
    Invocation run = Invocation.of("compare", "--resume", output.toString(), "-q");
    try (Stream<Path> files = Files.list(output)) {
      assertThat(files.map(path -> String.valueOf(path.getFileName())))
          .containsExactlyInAnyOrder("session.json", CHECKPOINT);
    }
    return run;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damages")
  void damageIsRefused(String name, UnaryOperator<byte[]> change) throws IOException {
    Invocation run = resume(name, change.apply(checkpoint));
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.INPUT);
    assertThat(run.err())
        .startsWith("lockstep: ")
        .contains(CHECKPOINT)
        .doesNotContain("\tat ", "Exception", "internal error");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void theDifferenceIsNamed() throws IOException {
    UnaryOperator<byte[]> otherSeed =
        described(text -> replaced(text, "seed\":\"1\"", "seed\":\"2\""));
    assertThat(resume("named", otherSeed.apply(checkpoint)).err())
        .contains("a checkpoint of another run: seed was 2, is now 1");
  }

  @Test
  void anotherCommandInTheDirectoryIsRefused() throws IOException {
    Path output = Files.createDirectories(temp.resolve("other"));
    Files.write(output.resolve("session.json"), begun);
    Invocation run =
        Invocation.of(
            "compare",
            "two-layer-net",
            "--steps",
            "100000",
            "training.batchSize=10",
            "--data",
            "idx:" + temp.resolve("digits"),
            "--resume",
            output.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.INPUT);
    assertThat(run.err()).contains("another run was begun", "training.batchSize was 20, is now 10");
  }

  @Test
  void aDirectoryFromAStrangerLoadsNoClasses() throws IOException {
    Path output = Files.createDirectories(temp.resolve("stranger"));
    String session = new String(begun, StandardCharsets.UTF_8);
    Files.writeString(
        output.resolve("session.json"),
        session.replaceFirst("\"two-layer-net\"", "\"--classpath\", \"evil.jar\""),
        StandardCharsets.UTF_8);
    Invocation run = Invocation.of("compare", "--resume", output.toString());
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("--classpath", "not taken from a file");
  }

  @Test
  void nothingBegunInADirectory() {
    Invocation run = Invocation.of("compare", "--resume", temp.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.INPUT);
    assertThat(run.err()).contains("session.json");
  }
}
