package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.bridge.program.JavaCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hours of training are not thrown away because a file of the report does not fit. */
class FullDiskTest {

  /** More than a result, less than a page with its charts. */
  private static final int LARGEST_FILE_KIB = 400;

  @TempDir Path temp;

  @Test
  void theResultIsSeenAndWhatFitsIsKept() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "skipped: no bash to limit files with");
    Path output = temp.resolve("out");
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            "/bin/bash", "-c", "ulimit -f %d; exec \"$@\"".formatted(LARGEST_FILE_KIB), "limited"));
    command.addAll(JavaCommand.start());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            Main.class.getName(),
            "compare",
            "two-layer-net",
            "--steps",
            "5",
            "--data",
            "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits"))),
            "--output",
            output.toString()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path", ""));
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(ExitCode.INPUT);
    assertThat(said)
        .contains("AGREE  two-layer-net")
        .contains("report.html could not be written", "written: result.json")
        .doesNotContain("Exception");
    assertThat(output.resolve("result.json")).isNotEmptyFile();
    assertThat(output.resolve("report.html")).doesNotExist();
  }
}
