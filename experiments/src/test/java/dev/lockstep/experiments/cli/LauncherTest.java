package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher in a checkout of its own, with a Java and a Maven that say how they were called. */
class LauncherTest {

  private static final Path LAUNCHER = Path.of("..", "lockstep");

  @TempDir private Path temp;
  private Path checkout = Path.of("");

  @BeforeEach
  void makeCheckout() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "skipped: no /bin/bash");
    checkout = Files.createDirectories(temp.resolve("a 'quoted' \"path\" with $signs"));
    Files.copy(LAUNCHER, checkout.resolve("lockstep"));
    Files.createDirectories(checkout.resolve("core/src/main"));
    Files.writeString(checkout.resolve("pom.xml"), "");
    Files.writeString(checkout.resolve("core/pom.xml"), "");
    executable(
        checkout.resolve("mvnw"),
        """
        #!/bin/sh
        echo built >>"%s"
        mkdir -p experiments/target
        echo some.jar >experiments/target/runtime-classpath
        """
            .formatted(temp.resolve("builds")));
    executable(
        temp.resolve("jdk/bin/java"),
        """
        #!/bin/sh
        while [ "$1" != -cp ]; do
          case $1 in
            -XX:ArchiveClassesAtExit=*) echo archive >"${1#*=}" ;;
            -XX:SharedArchiveFile=*) cat "${1#*=}" ;;
          esac
          shift
        done
        echo "$2"
        shift 3
        for word; do echo "<$word>"; done
        """);
    Files.writeString(temp.resolve("jdk/release"), "JAVA_VERSION=\"17.0.1\"\n");
    executable(checkout.resolve("lockstep"), Files.readString(LAUNCHER));
  }

  private static void executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private String start(Path from, String... command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(from.toFile()).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", temp.resolve("jdk").toString());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private void assertStarted(String said) {
    assertThat(said)
        .contains(checkout.resolve("experiments/target/lockstep.jar") + ":some.jar")
        .contains("<compare>\n<a b>");
  }

  private long builds() throws IOException {
    Path builds = temp.resolve("builds");
    return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
  }

  @Test
  void buildsOnFirstUseAndNotAgain() throws IOException, InterruptedException {
    assertStarted(start(checkout, "./lockstep", "compare", "a b"));
    assertStarted(start(temp, checkout.resolve("lockstep").toString(), "compare", "a b"));
    assertThat(builds()).isEqualTo(1);
  }

  /** All that a build puts into the jars: parts of it stand outside the modules. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "core/pom.xml",
        "core/src/main/resources/forms.yaml",
        "python/lockstep.py",
        "bench/peers/peer.py",
        "docs/experiment.schema.json"
      })
  void buildsAgainAfterAChangeOf(String source) throws IOException, InterruptedException {
    Path file = checkout.resolve(source);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "");
    start(checkout, "./lockstep", "compare", "a b");
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(60)));
    assertStarted(start(checkout, "./lockstep", "compare", "a b"));
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void theClassesOfTheBuildAreUsedByTheJavaThatKeptThemAndNoOther()
      throws IOException, InterruptedException {
    assertThat(start(checkout, "./lockstep", "compare", "a b")).contains("\narchive\n");
    Files.writeString(temp.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
    String said = start(checkout, "./lockstep", "compare", "a b");
    assertStarted(said);
    assertThat(said).doesNotContain("archive");
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void byLinksNearAndFar() throws IOException, InterruptedException {
    Path bin = Files.createDirectories(temp.resolve("bin"));
    Path near = bin.resolve("near");
    Files.createSymbolicLink(near, bin.relativize(checkout.resolve("lockstep")));
    Path far = Files.createDirectories(temp.resolve("elsewhere")).resolve("far");
    Files.createSymbolicLink(far, near);
    assertStarted(start(temp, far.toString(), "compare", "a b"));
    assertStarted(start(temp, "bin/near", "compare", "a b"));
    assertThat(builds()).isEqualTo(1);
    try (Stream<Path> beside = Files.list(bin)) {
      assertThat(beside.toList()).containsExactly(near);
    }
  }

  @Test
  void sourcesThatChangedAreBuiltAgain() throws IOException, InterruptedException {
    start(checkout, "./lockstep", "compare", "a b");
    Path stamp = checkout.resolve("experiments/target/launcher-stamp");
    Files.setLastModifiedTime(stamp, java.nio.file.attribute.FileTime.fromMillis(0));
    assertStarted(start(checkout, "./lockstep", "compare", "a b"));
    assertThat(builds()).isEqualTo(2);
  }

  /** Whoever may write everywhere is taken to be nobody, if there is a way. */
  @Test
  void aCheckoutThatWasBuiltMayBeReadOnly() throws IOException, InterruptedException {
    start(checkout, "./lockstep", "compare", "a b");
    Path stamp = checkout.resolve("experiments/target/launcher-stamp");
    Files.setLastModifiedTime(stamp, java.nio.file.attribute.FileTime.fromMillis(0));
    boolean root = "root".equals(System.getProperty("user.name"));
    Path setpriv = Path.of("/usr/bin/setpriv");
    assumeTrue(!root || Files.isExecutable(setpriv), "skipped: root, and no setpriv to be another");
    Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("r-xr-xr-x"));
    Path target = checkout.resolve("experiments/target");
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      List<String> command = new ArrayList<>();
      if (root) {
        command.addAll(
            List.of(setpriv.toString(), "--reuid=65534", "--regid=65534", "--clear-groups"));
      }
      command.addAll(List.of(checkout.resolve("lockstep").toString(), "compare", "a b"));
      String said = start(Path.of("/"), command.toArray(String[]::new));
      assertStarted(said);
      assertThat(said).contains("cannot be written to: what was built there is used");
      assertThat(builds()).isEqualTo(1);
    } finally {
      Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }
}
