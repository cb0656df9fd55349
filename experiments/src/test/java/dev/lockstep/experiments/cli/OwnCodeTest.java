package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The steps of docs/your-own-code.md, as they are printed there. */
class OwnCodeTest {

  private static final Path TOP = Path.of("").toAbsolutePath().resolve("..").normalize();

  /** Where the page's commands put what they make. */
  private static final String MADE = "(^| )target/";

  @TempDir Path temp;

  @BeforeEach
  void requireShell() {
    assumeTrue(File.separatorChar == '/', "the commands are those of a Unix shell");
  }

  /** The project that a stranger copies is used, and its failure read, by LibraryTest. */
  @Test
  void thePagePrintsTheTestOfTheProjectToCopy() throws IOException {
    String test = "docs/example/library/src/test/java/com/example/MyAffineTest.java";
    assertThat(Files.readString(TOP.resolve("docs/your-own-code.md")))
        .contains("```java\n" + Files.readString(TOP.resolve(test)) + "```\n");
  }

  private List<String> commands() throws IOException {
    return Files.readAllLines(TOP.resolve("docs/your-own-code.md")).stream()
        .dropWhile(line -> !line.startsWith("mkdir "))
        .takeWhile(line -> !line.startsWith("```"))
        .map(line -> line.replaceAll(MADE, "$1" + temp + "/"))
        .toList();
  }

  private void makeJar(List<String> commands) throws IOException, InterruptedException {
    ProcessBuilder shell =
        new ProcessBuilder("sh", "-e", "-c", String.join("\n", commands))
            .directory(TOP.toFile())
            .redirectErrorStream(true);
    shell
        .environment()
        .merge("PATH", System.getProperty("java.home") + "/bin", (old, jdk) -> jdk + ":" + old);
    Process process = shell.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  /** Makes the jar of the same network with a mistake in it. */
  private void makeJarWith(String right, String wrong, List<String> commands)
      throws IOException, InterruptedException {
    String example = "docs/example/MyNetwork.java";
    String source = Files.readString(TOP.resolve(example));
    assertThat(source).contains(right);
    Path changed = Files.writeString(temp.resolve("MyNetwork.java"), source.replace(right, wrong));
    makeJar(
        commands.subList(0, commands.size() - 1).stream()
            .map(line -> line.replace(example, changed.toString()))
            .toList());
  }

  private Invocation compare(String command) throws IOException {
    List<String> args = new ArrayList<>(List.of(command.split(" ")));
    assertThat(args.remove(0)).isEqualTo("./lockstep");
    args.addAll(
        List.of(
            "--data",
            "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits"))),
            "--output",
            temp.resolve("report").toString(),
            "training.batchSize=20",
            "-q"));
    return Invocation.of(args.toArray(String[]::new));
  }

  @Test
  void aNetworkFromAJarIsCompared() throws IOException, InterruptedException {
    List<String> commands = commands();
    makeJar(commands.subList(0, commands.size() - 1));
    Invocation run = compare(commands.get(commands.size() - 1));
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).startsWith("AGREE").contains("scratch and my-network agree");
  }

  @Test
  void aMistakeInItIsToldWithWhoseItIs() throws IOException, InterruptedException {
    List<String> commands = commands();
    makeJarWith("* (1 - z1.data()[i])", "* (1 + z1.data()[i])", commands);
    Invocation run = compare(commands.get(commands.size() - 1));
    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(1);
    assertThat(run.out())
        .contains("backward, layer sigmoid1, tensor affine1/out")
        .contains("Finite-difference check: my-network is wrong")
        .contains("at affine1/W");
  }

  /** It is no network of a single layer, so the whole of it is made small. */
  @Test
  void aMistakeInItIsMadeSmall() throws IOException, InterruptedException {
    List<String> commands = commands();
    makeJarWith("* (1 - z1.data()[i])", "* (1 + z1.data()[i])", commands);
    Invocation run = compare(commands.get(commands.size() - 1) + " --reproduce");
    assertThat(Files.readString(temp.resolve("report/Sigmoid1ReproductionTest.java")))
        .as(run.out())
        .contains("BACKWARD, \"affine1/out\"", "new LayerSpec.Affine(\"affine1\", 2,");
  }

  @Test
  void whatItThrowsIsToldWithItsPlace() throws IOException, InterruptedException {
    List<String> commands = commands();
    makeJarWith("    steps++;", "    if (++steps == 3) { w1.data()[-1] = 0; }", commands);
    Invocation run = compare(commands.get(commands.size() - 1));
    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(1);
    assertThat(run.out().toLowerCase(Locale.ROOT))
        .contains("step 3: my-network failed in its step: ")
        .contains("arrayindexoutofbounds", "mynetwork.java:");
    assertThat(temp.resolve("report/report.html")).isNotEmptyFile();
  }
}
