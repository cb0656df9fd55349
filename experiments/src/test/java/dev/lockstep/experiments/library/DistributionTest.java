package dev.lockstep.experiments.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.core.data.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The zip that runs without Maven: built twice, unpacked, and used. */
class DistributionTest {

  @TempDir static Path work;

  private static final List<String> DIGESTS = new ArrayList<>();

  private static Path home = Path.of("");

  @BeforeAll
  static void buildTwice() throws IOException, InterruptedException {
    assumeTrue(
        Boolean.getBoolean("lockstep.library"),
        "takes minutes: with -Plong, or -Dlockstep.library=true");
    for (String place : List.of("first", "second")) {
      Path sources = Staging.release(Files.createDirectories(work.resolve(place)));
      Staging.succeed(
          Staging.maven(
              sources, List.of("package", "-Pdist", "-DskipTests", "-Ddist.platform=here")));
      byte[] zip = Files.readAllBytes(sources.resolve("experiments/target/lockstep-here.zip"));
      DIGESTS.add(Sha256.of(zip));
    }
    unpack(
        work.resolve("second/sources/experiments/target/lockstep-here.zip"),
        work.resolve("unpacked"));
    home = work.resolve("unpacked/lockstep-" + Staging.VERSION);
  }

  private static void unpack(Path zip, Path target) throws IOException {
    try (InputStream file = Files.newInputStream(zip);
        ZipInputStream entries = new ZipInputStream(file)) {
      for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
        Path path = target.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(path);
        } else {
          Files.createDirectories(path.getParent());
          Files.copy(entries, path);
        }
      }
    }
  }

  @Test
  void twoBuildsOfOneSourceGiveTheSameBytes() {
    assertThat(DIGESTS.get(0)).isEqualTo(DIGESTS.get(1));
  }

  @Test
  void runsWithoutMaven() throws IOException, InterruptedException {
    Path launcher = home.resolve("lockstep");
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    Staging.Run version = Staging.run(work, Map.of(), List.of(launcher.toString(), "--version"));
    assertThat(version.output()).startsWith("lockstep " + Staging.VERSION + "\n");
    Staging.Run run =
        Staging.run(
            work,
            Map.of(),
            List.of(
                launcher.toString(),
                "compare",
                "two-layer-net",
                "--data",
                "synthetic",
                "--steps",
                "2",
                "--output",
                work.resolve("report").toString()));
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output()).contains("AGREE  two-layer-net");
  }

  @Test
  void hasTheLicencesAndAManualPageOfEveryCommand() throws IOException {
    assertThat(home.resolve("LICENSE")).isNotEmptyFile();
    assertThat(home.resolve("THIRD-PARTY.txt")).isNotEmptyFile();
    for (String command : List.of("", "-compare", "-data-info", "-help", "-verify")) {
      assertThat(home.resolve("man/man1/lockstep" + command + ".1"))
          .content()
          .contains(
              ".TH \"LOCKSTEP" + command.toUpperCase(java.util.Locale.ROOT).replace("-", "\\-"),
              ".SH \"SYNOPSIS\"");
    }
  }
}
