package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.bridge.program.Python;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/python.md prints what the commands give. */
class PythonPageTest {

  private static final Path DOCS = Path.of("../docs");

  @TempDir Path temp;

  private static String python(String module) {
    assumeTrue(Python.with(module).isPresent(), "skipped: no Python here has " + module);
    return Python.with(module).orElseThrow();
  }

  private Invocation compare(String module, Path program, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "compare",
                "two-layer-net",
                "--candidate-command",
                python(module) + " " + program,
                "--data",
                "synthetic",
                "--output",
                temp.resolve("report").toString(),
                "-q"));
    arguments.addAll(List.of(more));
    return Invocation.of(arguments.toArray(String[]::new));
  }

  @Test
  void aWrongLineIsToldAsThePageSays() throws IOException {
    String page = Files.readString(DOCS.resolve("python.md"));
    String printed = page.substring(page.indexOf("DIFFER  two-layer-net"));
    String source = Files.readString(DOCS.resolve("example/my_net.py"));
    Path wrong =
        Files.writeString(
            temp.resolve("my_net.py"), source.replace("z1 * (1 - z1)", "z1 * (1 + z1)"));
    Invocation run = compare("numpy", wrong, "--steps", "100");
    assertThat(run.exitCode()).isEqualTo(1);
    for (String line : printed.substring(0, printed.indexOf("```")).lines().toList()) {
      assertThat(run.out()).contains(line);
    }
  }

  @Test
  void theModuleAgreesWithTheLossThatThePageNames() {
    Invocation run =
        compare(
            "torch",
            DOCS.resolve("example/my_torch_net.py"),
            "--steps",
            "20",
            "loss.stabilizer=0",
            "loss.type=softmaxCrossEntropy");
    assertThat(run.out() + run.err()).startsWith("AGREE").contains("my_torch_net");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void theRecordingProgramRunsAsItIsPrinted() throws IOException, InterruptedException {
    String page = Files.readString(DOCS.resolve("python.md"));
    String printed =
        page.lines()
            .filter(line -> line.contains(" docs/example/my_recorded_net.py "))
            .findFirst()
            .orElseThrow();
    Path file = temp.resolve("printed.npz");
    String line = printed.replace("python3", python("numpy")).replace("run.npz", "'" + file + "'");
    Process program =
        new ProcessBuilder("sh", "-c", line)
            .directory(DOCS.resolve("..").toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(program.waitFor()).as(said).isZero();
    assertThat(file).isNotEmptyFile();
  }

  @Test
  void aRecordedRunIsToldAsThePageSays() throws IOException, InterruptedException {
    String page = Files.readString(DOCS.resolve("python.md"));
    String printed = page.substring(page.lastIndexOf("DIFFER  two-layer-net"));
    String source = Files.readString(DOCS.resolve("example/my_recorded_net.py"));
    Path wrong =
        Files.writeString(
            temp.resolve("my_recorded_net.py"), source.replace("z1 * (1 - z1)", "z1 * (1 + z1)"));
    Path file = temp.resolve("run.npz");
    ProcessBuilder program = new ProcessBuilder(python("numpy"), wrong.toString(), file.toString());
    program.environment().putAll(Python.environment());
    assertThat(program.start().waitFor()).isZero();
    Invocation run =
        Invocation.of(
            "audit",
            file.toString(),
            "two-layer-net",
            "--output",
            temp.resolve("report").toString(),
            "-q");
    assertThat(run.exitCode()).isEqualTo(1);
    for (String line : printed.substring(0, printed.indexOf("```")).lines().toList()) {
      assertThat(run.out()).contains(line);
    }
  }
}
