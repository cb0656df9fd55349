package dev.lockstep.experiments.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.core.data.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A release, staged twice, held to Maven Central's rules, and used from an empty directory. */
class LibraryTest {

  private static final Path TOP = Path.of("").toAbsolutePath().resolve("..").normalize();

  private static final List<String> ARTIFACTS =
      List.of("lockstep-bom", "lockstep-core", "lockstep-scratch-impl", "lockstep-report");

  /** What a test needs beyond JUnit: as docs/your-own-code.md says. */
  private static final long MOST_BYTES = 10_000_000;

  @TempDir static Path work;

  private static Path first = Path.of("");
  private static Path second = Path.of("");
  private static boolean signed;

  @BeforeAll
  static void stageTwice() throws IOException, InterruptedException {
    assumeTrue(
        Boolean.getBoolean("lockstep.library"),
        "takes minutes: with -Plong, or -Dlockstep.library=true");
    String keys = key();
    signed = !keys.isEmpty();
    first = Staging.stage(Files.createDirectories(work.resolve("first")), keys);
    second = Staging.stage(Files.createDirectories(work.resolve("second")), "");
  }

  /** A key for this test alone; empty where there is no GnuPG. */
  private static String key() throws IOException, InterruptedException {
    Path home = Files.createTempDirectory("gpg");
    home.toFile().setReadable(false, false);
    home.toFile().setReadable(true, true);
    try {
      Staging.Run made =
          Staging.run(
              home,
              Map.of("GNUPGHOME", home.toString()),
              List.of(
                  "gpg",
                  "--batch",
                  "--passphrase",
                  "",
                  "--quick-generate-key",
                  "Rehearsal <rehearsal@example.com>",
                  "ed25519",
                  "default",
                  "never"));
      return made.exitCode() == 0 ? home.toString() : "";
    } catch (IOException noGpg) {
      return "";
    }
  }

  private static Path directory(Path repository, String artifact) {
    return repository.resolve("dev/lockstep").resolve(artifact).resolve(Staging.VERSION);
  }

  private static Map<String, String> digests(Path repository) throws IOException {
    Map<String, String> digests = new TreeMap<>();
    try (Stream<Path> files = Files.walk(repository)) {
      for (Path file : files.filter(f -> f.toString().matches(".*\\.(jar|pom|json)")).toList()) {
        digests.put(repository.relativize(file).toString(), Sha256.of(Files.readAllBytes(file)));
      }
    }
    return digests;
  }

  @Test
  void twoBuildsOfOneSourceGiveTheSameBytes() throws IOException {
    // a POM and what is in it for the BOM; main, sources, Javadoc besides for the others
    assertThat(digests(first)).hasSize(2 + 3 * 5).isEqualTo(digests(second));
  }

  @Test
  void everyArtifactHasWhatMavenCentralAsks() throws IOException {
    for (String artifact : ARTIFACTS) {
      Path directory = directory(first, artifact);
      String stem = artifact + "-" + Staging.VERSION;
      assertThat(Files.readString(directory.resolve(stem + ".pom")))
          .containsPattern("<name>[^<]")
          .containsPattern("<description>[^<]")
          .containsPattern("<url>https://[^<]")
          .containsPattern("<license>\\s*<name>[^<]")
          .containsPattern("<developer>\\s*<id>[^<]")
          .containsPattern("<scm[^>]*>\\s*<connection>scm:git:https://[^<]")
          .doesNotContain("SNAPSHOT", "${", "<parent>", "<scope>test", "example.org");
      List<String> files = new ArrayList<>(List.of(stem + ".pom", stem + "-cyclonedx.json"));
      if (!artifact.equals("lockstep-bom")) {
        files.addAll(List.of(stem + ".jar", stem + "-sources.jar", stem + "-javadoc.jar"));
      }
      for (String file : files) {
        assertThat(directory.resolve(file)).isNotEmptyFile();
        assertThat(directory.resolve(file + ".sha1")).isNotEmptyFile();
        assertThat(directory.resolve(file + ".md5")).isNotEmptyFile();
        if (signed) {
          assertThat(directory.resolve(file + ".asc")).content().startsWith("-----BEGIN PGP");
        }
      }
    }
    assumeTrue(signed, "no signatures: there is no gpg");
  }

  @Test
  void theBomNamesItsArtifactsAndNothingElse() throws IOException {
    String pom =
        Files.readString(
            directory(first, "lockstep-bom").resolve("lockstep-bom-" + Staging.VERSION + ".pom"));
    Matcher artifact = Pattern.compile("<artifactId>(.*)</artifactId>").matcher(pom);
    List<String> named = new ArrayList<>();
    while (artifact.find()) {
      named.add(artifact.group(1));
    }
    assertThat(named).containsExactlyInAnyOrderElementsOf(ARTIFACTS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"5.14.4", "6.1.3"})
  void aStrangersProjectIsToldWhatIsWrong(String junit) throws IOException, InterruptedException {
    Path project = copyOfTheExample(work.resolve("stranger-" + junit));
    Path local = work.resolve("local");
    Staging.Run run =
        Staging.run(
            project,
            Map.of(),
            List.of(
                TOP.resolve("mvnw").toString(),
                "-B",
                "-ntp",
                "-s",
                settings().toString(),
                "-Dmaven.repo.local=" + local,
                "-Djunit.version=" + junit,
                "-DtrimStackTrace=true",
                "test"));

    assertThat(run.output()).contains("Tests run: 2, Failures: 1, Errors: 0, Skipped: 0");
    assertThat(shape(transcript(run.output()))).isEqualTo(shape(printed()));
    assertThat(sizeOfWhatIsNeeded(local)).isLessThan(MOST_BYTES);
  }

  @Test
  void whatOthersCompileAgainstIsHeldAgainstTheLastRelease()
      throws IOException, InterruptedException {
    // of the same version it would be held against itself
    Path sources = Staging.release(work.resolve("next"), "0.2.0-SNAPSHOT");
    Staging.succeed(compareWithTheRelease(sources));

    Path assertions =
        sources.resolve("core/src/main/java/dev/lockstep/core/assertion/LockstepAssertions.java");
    String text = Files.readString(assertions);
    Files.writeString(
        assertions, text.replace("public static ModelAssertion", "static ModelAssertion"));
    Staging.Run run = compareWithTheRelease(sources);
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.output())
        .contains("LockstepAssertions.assertThatModel", "METHOD_LESS_ACCESSIBLE");
  }

  private static Staging.Run compareWithTheRelease(Path sources)
      throws IOException, InterruptedException {
    return Staging.maven(
        sources,
        List.of(
            "package",
            "-pl",
            "core",
            "-Papi",
            "-Dapi.baseline=" + Staging.VERSION,
            "-Dmaven.test.skip=true",
            "-s",
            settings().toString(),
            "-Dmaven.repo.local=" + work.resolve("baseline"),
            "-Dmaven.repo.local.tail=" + Staging.LOCAL));
  }

  @Test
  void aStrangersProjectInGradle() throws IOException, InterruptedException {
    assumeTrue(hasGradle(), "skipped: no Gradle of version 7 or later on the path");
    Path project = copyOfTheExample(work.resolve("stranger-gradle"));
    Path staged =
        Files.writeString(
            work.resolve("staged.init.gradle.kts"),
            "allprojects { repositories { maven { url = uri(\"%s\") } } }\n"
                .formatted(first.toUri()));
    Staging.Run run =
        Staging.run(
            project,
            Map.of("GRADLE_USER_HOME", work.resolve("gradle").toString()),
            List.of("gradle", "--no-daemon", "--init-script", staged.toString(), "test"));

    assertThat(run.exitCode()).isNotZero();
    assertThat(run.output())
        .contains("2 tests completed, 1 failed", printed().lines().findFirst().orElseThrow());
  }

  private static boolean hasGradle() throws IOException, InterruptedException {
    try {
      Staging.Run run = Staging.run(work, Map.of(), List.of("gradle", "--version"));
      return Pattern.compile("Gradle ([7-9]|\\d\\d)\\.").matcher(run.output()).find();
    } catch (IOException none) {
      return false;
    }
  }

  /** Everything that the two artifacts bring, of the repository that was empty. */
  private static long sizeOfWhatIsNeeded(Path local) throws IOException {
    long size = 0;
    for (String group :
        List.of(
            "dev/lockstep",
            "dev/ludovic",
            "org/snakeyaml",
            "org/apache/commons/commons-rng-simple",
            "org/apache/commons/commons-rng-client-api",
            "org/apache/commons/commons-rng-core",
            "org/apache/commons/commons-rng-sampling",
            "org/jspecify")) {
      try (Stream<Path> files = Files.walk(local.resolve(group))) {
        size +=
            files
                .filter(file -> file.toString().endsWith(".jar"))
                .mapToLong(f -> f.toFile().length())
                .sum();
      }
    }
    System.out.printf("beyond JUnit: %,d bytes%n", size);
    return size;
  }

  private static Path copyOfTheExample(Path project) throws IOException {
    Path example = TOP.resolve("docs/example/library");
    try (Stream<Path> files = Files.walk(example)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = project.resolve(example.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
    return project;
  }

  private static Path settings() throws IOException {
    return Files.writeString(
        work.resolve("settings.xml"),
        """
        <settings>
          <profiles>
            <profile>
              <id>staged</id>
              <repositories>
                <repository>
                  <id>staged</id>
                  <url>%s</url>
                </repository>
              </repositories>
            </profile>
          </profiles>
          <activeProfiles>
            <activeProfile>staged</activeProfile>
          </activeProfiles>
        </settings>
        """
            .formatted(first.toUri()));
  }

  /** What the failing test says, from the assertion's first line to its last. */
  private static String transcript(String output) {
    return Stream.of(output.split("\n"))
        .dropWhile(line -> !line.contains("Step 1: backward"))
        .takeWhile(line -> !line.startsWith("\tat ") && !line.startsWith("[INFO]"))
        .map(line -> line.replaceFirst(".*AssertionError: ", "").stripTrailing())
        .reduce("", (all, line) -> all + line + "\n")
        .strip();
  }

  /** Last digits are those of the machine's BLAS. */
  private static String shape(String text) {
    return text.replaceAll("[0-9.]+e[-+][0-9]+", "#").replaceAll("(0\\.[0-9]{10})[0-9]+", "$1");
  }

  private static String printed() throws IOException {
    Matcher block =
        Pattern.compile("```text\n(Step 1: .*?)```", Pattern.DOTALL)
            .matcher(Files.readString(TOP.resolve("docs/your-own-code.md")));
    return block.find() ? block.group(1).strip() : "docs/your-own-code.md has no transcript";
  }
}
