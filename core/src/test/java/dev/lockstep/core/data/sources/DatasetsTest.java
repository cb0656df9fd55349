package dev.lockstep.core.data.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.digits.SyntheticDigits;
import dev.lockstep.core.data.idx.IdxFixture;
import dev.lockstep.core.data.mnist.DownloadProgress;
import dev.lockstep.core.data.mnist.Downloader;
import dev.lockstep.core.data.mnist.DownloaderTest;
import dev.lockstep.core.data.mnist.LoopbackServer;
import dev.lockstep.core.data.mnist.LoopbackServer.Answer;
import dev.lockstep.core.data.mnist.Mnist;
import dev.lockstep.core.data.mnist.MnistPlace;
import dev.lockstep.core.data.mnist.MnistSource;
import dev.lockstep.core.data.mnist.UserEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tiny set of {@link IdxFixture} stands for MNIST. */
class DatasetsTest {

  private static final byte[] DAMAGED = {1, 2, 3};

  @TempDir Path directory;

  private Path home;
  private Path cache;
  private final Map<String, String> variables = new HashMap<>(Map.of("no_proxy", "*"));
  private LoopbackServer mirror;

  @BeforeEach
  void start() throws IOException {
    home = directory.resolve("home");
    cache = home.resolve(".cache/lockstep/mnist");
    serve((request, out) -> out.write(LoopbackServer.head("404 Not Found", "Content-Length: 0")));
  }

  @AfterEach
  void stop() throws IOException {
    mirror.close();
  }

  @Test
  void looksInTheNamedDirectoryFirst() throws IOException {
    Path named = IdxFixture.write(directory.resolve("named"));
    variables.put("LOCKSTEP_DATA", directory.resolve("absent").toString());

    assertMnist(datasets().load("auto", named, false, DataSpec.FOUND));
  }

  @Test
  void looksInTheDirectoryThatTheEnvironmentNames() throws IOException {
    variables.put("LOCKSTEP_DATA", IdxFixture.write(directory.resolve("named")).toString());

    assertMnist(datasets().load("auto", null, false, DataSpec.FOUND));
  }

  @ParameterizedTest
  @ValueSource(strings = {".cache/lockstep/mnist", ".deeplearning4j", ".deeplearning4j/data/MNIST"})
  void looksInTheCaches(String place) throws IOException {
    IdxFixture.write(home.resolve(place));

    assertMnist(datasets().load("auto", null, false, DataSpec.FOUND));
    assertMnist(datasets().load("mnist", null, true, DataSpec.FOUND));
    assertThat(mirror.requests()).isEmpty();
  }

  @Test
  void goesOnWhereANamedDirectoryHasNoneOfTheFiles() throws IOException {
    IdxFixture.write(cache);

    assertMnist(
        datasets()
            .load(
                "mnist", Files.createDirectory(directory.resolve("empty")), false, DataSpec.FOUND));
  }

  @Test
  void downloadsIntoTheCacheWhatIsNowhere() throws IOException {
    serveMnist();

    assertMnist(datasets().load("auto", null, false, DataSpec.FOUND));
    assertMnist(datasets().load("mnist", null, true, DataSpec.FOUND));
    assertThat(cache.resolve("train-images-idx3-ubyte.gz")).exists();
  }

  @Test
  void fetchesAgainWhatIsDamagedInTheCache() throws IOException {
    IdxFixture.write(cache);
    Files.write(cache.resolve("train-labels-idx1-ubyte.gz"), DAMAGED);
    serveMnist();

    assertMnist(datasets().load("mnist", null, false, DataSpec.FOUND));
    assertThat(mirror.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "mnist"})
  void refusesADamagedFileInANamedDirectory(String choice) throws IOException {
    Path named = IdxFixture.write(directory.resolve("named"));
    Path damaged = Files.write(named.resolve("t10k-labels-idx1-ubyte.gz"), DAMAGED);
    IdxFixture.write(cache);

    assertThatThrownBy(() -> datasets().load(choice, named, false, DataSpec.FOUND))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(damaged + ": expected the magic number");
    variables.put("LOCKSTEP_DATA", named.toString());
    assertThatThrownBy(() -> datasets().load(choice, null, false, DataSpec.FOUND))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(damaged + ": expected the magic number");
  }

  @Test
  void refusesANamedDirectoryThatIsMissing() {
    Path absent = directory.resolve("absent");

    assertThatThrownBy(() -> datasets().load("auto", absent, false, DataSpec.FOUND))
        .isInstanceOf(InputException.class)
        .hasMessage(
            absent + ": expected a directory with MNIST (--data-dir), found no such directory");
  }

  @Test
  void autoFallsBackToSyntheticDigitsAndSaysSo() {
    Dataset dataset = datasets().load("auto", null, false, DataSpec.FOUND);

    assertThat(dataset.name()).isEqualTo("synthetic");
    assertThat(dataset.train().size()).isEqualTo(60_000);
    assertThat(dataset.notice())
        .startsWith("MNIST could not be had: the digits are synthetic")
        .contains(cache + " (cache): no such directory")
        .contains(mirror.address() + ": status 404")
        .contains("By hand: put train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz");
  }

  @Test
  void mnistNeverFallsBack() {
    assertThatThrownBy(() -> datasets().load("mnist", null, false, DataSpec.FOUND))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(
            "MNIST could not be had.",
            "Looked in:",
            cache.toString(),
            mirror.address() + ": status 404",
            "By hand: put",
            "--data-dir or LOCKSTEP_DATA");
  }

  @Test
  void offlineAsksNobody() {
    assertThatThrownBy(() -> datasets().load("mnist", null, true, DataSpec.FOUND))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--offline");
    assertThat(mirror.requests()).isEmpty();
  }

  @Test
  void worksWithoutAHomeDirectory() throws IOException {
    serveMnist();

    assertThatThrownBy(() -> datasets(null).load("mnist", null, false, DataSpec.FOUND))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no home directory");
    Path named = IdxFixture.write(directory.resolve("named"));
    assertMnist(datasets(null).load("mnist", named, false, DataSpec.FOUND));
  }

  @Test
  void downloadsOnRequestToADirectory() throws IOException {
    serveMnist();
    Path target = directory.resolve("new/place");

    assertThat(datasets().download(target)).isEqualTo(target);
    assertThat(datasets().download(null)).isEqualTo(cache);
    assertMnist(datasets().load("mnist", target, true, DataSpec.FOUND));
  }

  @Test
  void tellsWhatIsInEveryPlace() throws IOException {
    Path named = IdxFixture.write(directory.resolve("named"));
    IdxFixture.write(cache);
    Files.delete(cache.resolve("train-labels-idx1-ubyte.gz"));
    Files.createDirectories(home.resolve(".deeplearning4j"));

    List<MnistPlace> places = datasets().places(named);

    assertThat(places)
        .containsExactly(
            new MnistPlace("--data-dir", named, "MNIST, checked", true),
            new MnistPlace(
                "cache",
                cache,
                cache
                    + ": expected four IDX files, found 3: missing train-labels-idx1-ubyte.gz"
                    + " (plain or gzipped)",
                false),
            new MnistPlace(
                "DL4J's cache", home.resolve(".deeplearning4j"), "none of the files", false),
            new MnistPlace(
                "DL4J's cache",
                home.resolve(".deeplearning4j/data/MNIST"),
                "no such directory",
                false));
  }

  @Test
  void readsAnyOtherSetInIdxFiles() throws IOException {
    Path other = IdxFixture.write(directory.resolve("with spaces, ä"));

    Dataset dataset = datasets().load("idx:" + other, null, true, DataSpec.FOUND);

    assertThat(dataset.name()).isEqualTo("idx");
    assertThat(dataset.train().classes()).isEqualTo(3);
  }

  @Test
  void refusesADirectoryWithoutIdxFiles() {
    assertThatThrownBy(() -> datasets().load("idx:" + directory, null, true, DataSpec.FOUND))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(directory + ": expected a directory with train-images-idx3-ubyte")
        .hasMessageEndingWith("found none of them");
    assertThatThrownBy(
            () -> datasets().load("idx:" + directory.resolve("absent"), null, true, DataSpec.FOUND))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("found no such directory");
  }

  @Test
  void readsWhatAnotherReaderBrings() {
    Dataset brought = SyntheticDigits.dataset(1, 10, 10);
    Datasets datasets =
        datasets()
            .with("csv", (path, spec) -> path.equals(Path.of("a.csv")) ? brought : fail(path));

    assertThat(datasets.load("csv:a.csv", null, true, DataSpec.FOUND)).isSameAs(brought);
    assertThat(datasets.choices())
        .containsExactly("auto", "mnist", "synthetic", "idx:PATH", "npz:PATH", "csv:PATH");
  }

  private static Dataset fail(Path path) {
    throw new AssertionError(path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "imagenet", "csv:a.csv", "idx", "idx:", ":", "MNIST"})
  void listsTheChoicesForAnUnknownOne(String choice) {
    assertThatThrownBy(() -> datasets().load(choice, null, true, DataSpec.FOUND))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--data: expected auto, mnist, synthetic, idx:PATH, npz:PATH, found \"%s\""
                .formatted(choice));
  }

  @Test
  void refusesAPathThatCannotBe() {
    assertThatThrownBy(() -> datasets().load("idx:a\0b", null, true, DataSpec.FOUND))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void readsPublishedMnist() {
    String data = System.getenv("LOCKSTEP_DATA");
    assumeTrue(data != null, "LOCKSTEP_DATA names no directory with MNIST");

    Dataset dataset =
        new Datasets(new UserEnvironment(Map.of(), null, "Linux"), DownloadProgress.SILENT)
            .load("mnist", Path.of(data), true, DataSpec.FOUND);

    assertThat(dataset.train().size()).isEqualTo(60_000);
    assertThat(dataset.test().size()).isEqualTo(10_000);
    // MNIST's first labels, as printed in many a tutorial
    assertThat(dataset.train().label(0)).isEqualTo(5);
    assertThat(dataset.train().label(1)).isEqualTo(0);
    assertThat(dataset.test().label(0)).isEqualTo(7);
  }

  private void serve(Answer answer) throws IOException {
    if (mirror != null) {
      mirror.close();
    }
    mirror = new LoopbackServer(answer);
  }

  private void serveMnist() throws IOException {
    Path files = IdxFixture.write(directory.resolve("served"));
    serve(
        (request, out) -> {
          byte[] file = Files.readAllBytes(files.resolve(request.path().substring(1)));
          out.write(LoopbackServer.head("200 OK", "Content-Length: " + file.length));
          out.write(file);
        });
  }

  private Datasets datasets() {
    return datasets(home);
  }

  private Datasets datasets(@Nullable Path homeOrNone) {
    UserEnvironment environment = new UserEnvironment(variables, homeOrNone, "Linux");
    Mnist mnist = IdxFixture.asMnist();
    Downloader downloader =
        new Downloader(
            mnist,
            List.of(mirror.address()),
            DownloaderTest.PATIENT,
            environment,
            DownloadProgress.SILENT);
    return new Datasets(new MnistSource(mnist, environment, downloader));
  }

  private static void assertMnist(Dataset dataset) {
    assertThat(dataset.name()).isEqualTo("mnist");
    assertThat(dataset.train().size()).isEqualTo(3);
    assertThat(dataset.notice()).isEmpty();
  }
}
