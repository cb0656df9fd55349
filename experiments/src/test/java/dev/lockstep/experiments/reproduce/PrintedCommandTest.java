package dev.lockstep.experiments.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command that is printed beside a reproduction runs it, as it stands. */
class PrintedCommandTest {

  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

  private static final String MODULE =
      """
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <parent>
          <groupId>dev.lockstep</groupId>
          <artifactId>lockstep</artifactId>
          <version>0.1.0-SNAPSHOT</version>
          <relativePath>%s</relativePath>
        </parent>
        <artifactId>printed-command</artifactId>
      </project>
      """;

  private static final String FAILS =
      """
      class FailingReproductionTest {
        @org.junit.jupiter.api.Test
        void isRun() {
          org.junit.jupiter.api.Assertions.fail("this test was run");
        }
      }
      """;

  @TempDir private Path temp;

  @Test
  void runsTheTest() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(HOME.resolve("mvnw")), "skipped: no Maven wrapper here");
    String printed = new TestSource("FailingReproductionTest", "").writeTo(temp);
    String command =
        printed
            .lines()
            .map(String::strip)
            .filter(line -> line.startsWith("./mvnw"))
            .findFirst()
            .orElseThrow();

    // a module of its own: the ones of this build are at work
    Path module = Files.createDirectories(temp.resolve("experiments"));
    Files.writeString(
        module.resolve("pom.xml"),
        MODULE.formatted(module.toRealPath().relativize(HOME.toRealPath().resolve("pom.xml"))));
    Path tests = Files.createDirectories(module.resolve("src/test/java"));
    Files.writeString(tests.resolve("FailingReproductionTest.java"), FAILS);
    List<String> words =
        new ArrayList<>(List.of(command.replace("-pl experiments -am ", "").split(" ")));
    words.addAll(1, List.of("-o", "-B", "-ntp", "-f", module.toString()));
    Process process =
        new ProcessBuilder(words).directory(HOME.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isNotZero();
    assertThat(said).contains("this test was run");
  }
}
