package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a shell makes of the printed scripts. */
class CompletionTest {

  private static final Path BASH = Path.of("/bin/bash");
  private static final Path SCRIPT = Path.of("/usr/bin/script");

  /** Ample on a busy machine: what has not come by then never does. */
  private static final int NEVER_COMES_AFTER_SECONDS = 120;

  @TempDir Path temp;

  private static String script(String shell) {
    Invocation run = Invocation.of("completion", shell);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run.out();
  }

  /** Tab is pressed in an interactive bash on a terminal; lockstep there prints its arguments. */
  @ParameterizedTest
  @CsvSource({
    "comp, <compare>",
    "compare mlp, <compare><mlp-batchnorm-dropout>",
    "data info --exp, <data><info><--experiment>",
    "compare --candidate pyt, <compare><--candidate><pytorch>",
    "search mlp, <search><mlp-shape>",
    "list opt, <list><optimizers>"
  })
  void tabCompletesInBash(String typed, String arguments) throws IOException, InterruptedException {
    assumeTrue(
        Files.isExecutable(BASH) && Files.isExecutable(SCRIPT), "skipped: no bash, or no script");
    Files.writeString(temp.resolve("completion"), script("bash"));
    Path rc =
        Files.writeString(
            temp.resolve("rc"),
            """
            PS1='ready> '
            lockstep() { printf '<%s>' "$@" >done; }
            source completion
            """);
    Process terminal =
        new ProcessBuilder(
                SCRIPT.toString(),
                "-qefc",
                "%s --noprofile --rcfile %s -i".formatted(BASH, rc.getFileName()),
                "/dev/null")
            .directory(temp.toFile())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("shown").toFile())
            .start();
    try (OutputStream keyboard = terminal.getOutputStream()) {
      keyboard.write(("lockstep " + typed + "\t\nexit\n").getBytes(StandardCharsets.UTF_8));
      keyboard.flush();
      assertThat(terminal.waitFor(NEVER_COMES_AFTER_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      terminal.descendants().forEach(ProcessHandle::destroyForcibly);
      terminal.destroyForcibly();
    }
    assertThat(temp.resolve("done"))
        .as(Files.readString(temp.resolve("shown")))
        .hasContent(arguments);
  }

  private enum Shells {
    ZSH,
    FISH
  }

  /** Its own shell reads it; without that shell, it names what there is. */
  @ParameterizedTest
  @EnumSource
  void otherShells(Shells shell) {
    assertThat(script(shell.name()))
        .contains("compare", "mlp-batchnorm-dropout", "mlp-shape")
        .contains(shell == Shells.FISH ? "-l observe-every -r" : "--observe-every");
  }

  @Test
  void helpOfACommand() {
    Invocation run = Invocation.of("help", "compare");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("Usage: lockstep compare");
  }

  /** Whatever stands in help as an example is taken by the parser. */
  @Test
  void examplesInHelpCanBePasted() {
    int examples = 0;
    for (var command : Main.commandLine().getSubcommands().values()) {
      for (String line : command.getCommandSpec().usageMessage().footer()) {
        String example = line.strip().replaceFirst("^Example: ", "");
        if (example.startsWith("lockstep ")
            && !example.contains("|")
            && !example.contains("\"")
            && !example.contains("'")) {
          String[] words = example.substring("lockstep ".length()).split(" ");
          Main.commandLine().parseArgs(words);
          examples++;
        }
      }
    }
    assertThat(examples).isGreaterThan(10);
  }
}
