package dev.lockstep.experiments.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.core.LockstepException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every parser gives a value or a message, whatever it is fed. {@code -Dlockstep.fuzz.seconds=600}
 * lets Jazzer, guided by coverage, look for inputs for that long per parser; without it only what
 * was found before is tried again.
 */
class FuzzTest {

  private static final int SECONDS = Integer.getInteger("lockstep.fuzz.seconds", 0);

  /** Ample for inputs of a few kilobytes, and a size with which a bomb cannot hide. */
  private static final String HEAP = "-Xmx1g";

  /** An input that takes longer hangs, as far as a user can tell. */
  private static final int HANGS_AFTER_SECONDS = 10;

  @TempDir Path temp;

  @ParameterizedTest
  @EnumSource
  void soundInputIsRead(Parser parser) throws IOException {
    for (byte[] sample : parser.samples()) {
      assertThatCode(() -> parser.parse(sample, temp)).doesNotThrowAnyException();
    }
  }

  /** Each file in the folder of a parser once made it crash or hang. */
  @ParameterizedTest
  @EnumSource
  void whatWasFoundBeforeIsRefusedOrRead(Parser parser) throws IOException {
    for (byte[] found : found(parser)) {
      try {
        parser.parse(found, temp);
      } catch (LockstepException e) {
        assertThat(e).hasMessageNotContaining("Exception");
      }
    }
  }

  private static List<byte[]> found(Parser parser) throws IOException {
    Path folder = Path.of("src/test/resources/dev/lockstep/experiments/fuzz", parser.name());
    List<byte[]> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.sorted().toList()) {
          found.add(Files.readAllBytes(file));
        }
      }
    }
    return found;
  }

  @ParameterizedTest
  @EnumSource
  void fuzzingFindsNothing(Parser parser) throws IOException, InterruptedException {
    assumeTrue(SECONDS > 0, "takes -Dlockstep.fuzz.seconds=N, in CI 5");
    Path corpus = Files.createDirectories(temp.resolve("corpus"));
    int number = 0;
    for (byte[] sample : parser.samples()) {
      Files.write(corpus.resolve("sample-" + number++), sample);
    }
    for (byte[] input : found(parser)) {
      Files.write(corpus.resolve("sample-" + number++), input);
    }
    Path findings = Files.createDirectories(Path.of("target/fuzz", parser.name()));
    Path log = findings.resolve("log.txt");
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                HEAP,
                "-Djava.awt.headless=true",
                "-D" + FuzzTarget.PARSER + "=" + parser.name(),
                "-cp",
                Objects.requireNonNull(System.getProperty("java.class.path")),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + FuzzTarget.class.getName(),
                "--instrumentation_includes=dev.lockstep.**",
                "--reproducer_path=" + findings,
                "-artifact_prefix=" + findings + "/",
                "-max_total_time=" + SECONDS,
                "-timeout=" + HANGS_AFTER_SECONDS,
                corpus.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(process.waitFor()).as(() -> text(log)).isZero();
    assertThat(text(log)).contains("Done ");
  }

  private static String text(Path log) {
    try (InputStream in = Files.newInputStream(log)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return log + ": " + e;
    }
  }
}
