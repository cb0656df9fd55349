package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The test that a failing comparison writes compiles, and fails as it stands. */
class ReproduceTest {

  @TempDir static Path temp;
  private static String data;

  @BeforeAll
  static void writeData() throws IOException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
  }

  private static Invocation compare(Path output, String... more) {
    return Invocation.of(
        Stream.concat(
                Stream.of(
                    "compare",
                    "--data",
                    data,
                    "--output",
                    output.toString(),
                    "training.batchSize=" + CompareCommandTest.BATCH,
                    "--steps",
                    "5",
                    "-q",
                    "--reproduce"),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private static TestExecutionSummary run(Path source, Path classes) throws IOException {
    JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
    Files.createDirectories(classes);
    int compiled =
        compiler.run(
            null,
            null,
            null,
            "-proc:none",
            "-encoding",
            "UTF-8",
            "-d",
            classes.toString(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            source.toString());
    assertThat(compiled).as("compiled: " + Files.readString(source)).isZero();
    String name = source.getFileName().toString().replace(".java", "");
    ClassLoader loader =
        new URLClassLoader(new URL[] {url(classes)}, ReproduceTest.class.getClassLoader());
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(loader);
    try {
      LauncherDiscoveryRequest request =
          LauncherDiscoveryRequestBuilder.request()
              .selectors(DiscoverySelectors.selectClass(loader, name))
              .build();
      SummaryGeneratingListener listener = new SummaryGeneratingListener();
      LauncherFactory.create().execute(request, listener);
      return listener.getSummary();
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  private static URL url(Path path) throws MalformedURLException {
    return path.toUri().toURL();
  }

  @ParameterizedTest
  @CsvSource({
    "wrong-momentum,      Affine1ReproductionTest,    affine1/W/velocity",
    "transposed-gradient, Affine2ReproductionTest,    affine2/W",
    "not-divided,         Affine3ReproductionTest,    affine3/b",
    "unbiased-variance,   BatchNorm1ReproductionTest, batchNorm1/runningVar"
  })
  void theWrittenTestCompilesAndFails(String candidate, String name, String tensor)
      throws IOException {
    Path output = temp.resolve(candidate);
    Invocation run = compare(output, "--candidate", candidate);
    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(1);
    Path file = output.resolve(name + ".java");
    assertThat(run.out())
        .contains("Reproduction")
        .contains(file.toString())
        .contains("-Dtest=" + name);
    assertThat(Files.readString(file)).contains(tensor);

    TestExecutionSummary summary = run(file, temp.resolve(candidate + "-classes"));
    assertThat(summary.getTestsFoundCount()).isEqualTo(1);
    assertThat(summary.getTestsFailedCount()).isEqualTo(1);
    assertThat(summary.getFailures().get(0).getException())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("array contents differ");
  }

  /** The same file with the reference in the candidate's place: it is the candidate that fails. */
  @Test
  void theWrittenTestPassesOnceTheCandidateIsRight() throws IOException {
    Path output = temp.resolve("mended");
    compare(output, "--candidate", "transposed-gradient");
    Path file = output.resolve("Affine2ReproductionTest.java");
    String source = Files.readString(file);
    int from = source.indexOf("return ServiceLoader");
    int to = source.indexOf(';', from);
    Files.writeString(
        file,
        source.substring(0, from)
            + "return new dev.lockstep.scratch.ScratchProvider()"
            + source.substring(to));
    TestExecutionSummary summary = run(file, temp.resolve("mended-classes"));
    assertThat(summary.getTestsSucceededCount()).isEqualTo(1);
  }

  @Test
  void deeplearning4jInItsOwnWayIsReproducedToo() throws IOException {
    Path output = temp.resolve("stock");
    Invocation run = compare(output, "--alignment", "stock", "two-layer-net");
    assertThat(run.exitCode()).as(run.out() + run.err()).isIn(0, 1);
    try (Stream<Path> files = Files.list(output)) {
      List<Path> written = files.filter(path -> path.toString().endsWith("Test.java")).toList();
      assertThat(written).as(run.out()).hasSize(1);
      TestExecutionSummary summary = run(written.get(0), temp.resolve("stock-classes"));
      assertThat(summary.getTestsFailedCount()).isEqualTo(1);
    }
  }

  @Test
  void whereNothingDiffersNothingIsWritten() {
    Path output = temp.resolve("agree");
    Invocation run = compare(output);
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).doesNotContain("Reproduction");
    assertThat(output.toFile().list((File dir, String name) -> name.endsWith(".java"))).isEmpty();
  }

  @Test
  void severalRunsAreRefused() {
    Invocation run = compare(temp.resolve("several"), "--seeds", "1..2");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--reproduce", "expected one run, found 2");
  }
}
