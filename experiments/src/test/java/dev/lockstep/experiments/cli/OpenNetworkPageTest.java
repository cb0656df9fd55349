package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The steps of docs/your-own-network.md, as they are printed there. */
class OpenNetworkPageTest {

  private static final Path TOP = Path.of("").toAbsolutePath().resolve("..").normalize();
  private static final String COMMAND = "~/lockstep/lockstep ";
  private static final String EXAMPLE = "docs/example/MyLstm.java";

  @TempDir Path temp;

  @BeforeEach
  void requireShell() {
    assumeTrue(File.separatorChar == '/', "the commands are those of a Unix shell");
  }

  private static List<String> blocks(String language) throws IOException {
    List<String> blocks = new ArrayList<>();
    String within = null;
    StringBuilder block = new StringBuilder();
    for (String line : Files.readAllLines(TOP.resolve("docs/your-own-network.md"))) {
      if (within == null && line.startsWith("```")) {
        within = line.substring(3);
        block.setLength(0);
      } else if (line.equals("```")) {
        if (language.equals(within)) {
          blocks.add(block.toString());
        }
        within = null;
      } else {
        block.append(line).append('\n');
      }
    }
    return blocks;
  }

  /** Runs what a block has the shell do; returns its commands of Lockstep. */
  private List<String> prepared(String block, String example) throws Exception {
    Path folder = temp.resolve("my-lstm"); // where the page's first block leads
    List<String> shell = List.of("cd " + (Files.exists(folder) ? folder : temp));
    shell = new ArrayList<>(shell);
    List<String> commands = new ArrayList<>();
    for (String line : block.lines().toList()) {
      if (line.startsWith(COMMAND)) {
        commands.add(line.substring(COMMAND.length()));
      } else {
        shell.add(line.replace("~/lockstep/" + EXAMPLE, example).replace("~/lockstep", "" + TOP));
      }
    }
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-e", "-c", String.join("\n", shell)).redirectErrorStream(true);
    builder
        .environment()
        .merge("PATH", System.getProperty("java.home") + "/bin", (old, jdk) -> jdk + ":" + old);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return commands;
  }

  private Invocation compare(String command) {
    List<String> args = new ArrayList<>();
    for (String word : command.split(" ", -1)) {
      args.add(
          word.replace(":lstm.json", ":" + temp.resolve("my-lstm/lstm.json"))
              .replace(":walks", ":" + temp.resolve("my-lstm/walks")));
      if (word.equals("classes")) {
        args.set(args.size() - 1, temp.resolve("my-lstm/classes").toString());
      }
    }
    args.addAll(List.of("--output", temp.resolve("report").toString(), "-q"));
    return Invocation.of(args.toArray(String[]::new));
  }

  @Test
  void anEmptyFolderBecomesAVerdict() throws Exception {
    List<String> first = prepared(blocks("").get(0), EXAMPLE);
    Invocation both = compare(first.get(0));
    assertThat(both.exitCode()).as(both.out() + both.err()).isZero();
    assertThat(both.out()).startsWith("AGREE").contains("dl4j and dl4j agree");
    assertThat(both.err()).contains("seen from outside", "lstm (LSTM), output (RnnOutputLayer)");

    List<String> second = prepared(blocks("").get(1), TOP.resolve(EXAMPLE).toString());
    Invocation run = compare(second.get(0));
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains(blocks("text").get(0).lines().toList());
  }

  /** Each mistake is put down to where it is. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dc * g * i * (1 - i)|dc * g * i * (1 + i)|backward|lstm/W",
        "dcBefore[at] = dc * f;|dcBefore[at] = dc * f * (1 + 1e-8);|backward|lstm/W",
        "sigmoid(z[row + units + u] + b[units + u])|sigmoid(z[row + units + u])|forward|lstm/out",
        "/ pass.samples; // over|/ pass.samples / pass.steps; // over|loss|loss/value",
        "m[k] / (Math.sqrt(v[k]) + adam.epsilon())|m[k] / Math.sqrt(v[k] + 1e-4)|update|lstm/W"
      })
  void aMistakeIsFoundInItsPlace(String right, String wrong, String phase, String tensor)
      throws Exception {
    prepared(blocks("").get(0), EXAMPLE);
    String source = Files.readString(TOP.resolve(EXAMPLE));
    assertThat(source).contains(right);
    Path changed = Files.writeString(temp.resolve("MyLstm.java"), source.replace(right, wrong));
    String command = prepared(blocks("").get(1), changed.toString()).get(0);
    Invocation run = compare(command.replace("--steps 50", "--steps 3") + " --in-process");
    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(1);
    assertThat(run.out())
        .contains("Step 1, %s, layer ".formatted(phase), "tensor " + tensor + " (");
    if (wrong.contains("(1 + i)")) {
      assertThat(run.out())
          .contains(blocks("text").get(1).lines().map(String::strip).toList().subList(1, 5));
    }
  }

  @Test
  void theSameInNumPyAgrees() throws Exception {
    String python =
        Objects.requireNonNullElse(System.getenv("LOCKSTEP_PYTHON"), "/usr/bin/python3");
    assumeTrue(hasNumPy(python), "skipped: no Python with NumPy");
    String command = prepared(blocks("").get(0), EXAMPLE).get(0);
    List<String> args = new ArrayList<>(Arrays.asList(command.split(" ", -1)));
    args.replaceAll(
        word ->
            word.replace(":lstm.json", ":" + temp.resolve("my-lstm/lstm.json"))
                .replace(":walks", ":" + temp.resolve("my-lstm/walks")));
    args.addAll(
        List.of(
            "--candidate-command",
            python + " " + TOP.resolve("docs/example/my_lstm.py"),
            "--output",
            temp.resolve("report").toString(),
            "-q"));
    Invocation run = Invocation.of(args.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).startsWith("AGREE").contains("dl4j and my_lstm agree");
  }

  private static boolean hasNumPy(String python) throws InterruptedException {
    try {
      return new ProcessBuilder(python, "-c", "import numpy").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Without a reference the command that works is told, and works. */
  @Test
  void withoutAReferenceTheCommandThatWorksIsTold() throws Exception {
    prepared(blocks("").get(0), EXAMPLE);
    Path file = temp.resolve("my-lstm/lstm.json");
    String data = "sequences:" + temp.resolve("my-lstm/walks");
    Invocation run = Invocation.of("compare", "--dl4j-config", "" + file, "--data", data, "-q");
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.err()).contains("parts that only Deeplearning4j knows", "LSTM (lstm)");
    String told =
        run.err().lines().filter(line -> line.startsWith("  lockstep ")).findFirst().orElseThrow();
    Invocation again = compare(told.substring("  lockstep ".length()) + " --steps 2");
    assertThat(again.exitCode()).as(again.out() + again.err()).isZero();
  }
}
