package dev.lockstep.core.data.mnist;

import static dev.lockstep.core.data.mnist.LoopbackServer.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.idx.IdxFixture;
import dev.lockstep.core.data.idx.IdxPart;
import dev.lockstep.core.data.mnist.LoopbackServer.Answer;
import dev.lockstep.core.data.mnist.LoopbackServer.Request;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

public class DownloaderTest {

  private static final int MOST_BYTES = 10_000;

  /** For servers that end by themselves, however busy the machine that runs the tests is. */
  public static final DownloadLimits PATIENT =
      new DownloadLimits(
          Duration.ofMinutes(1), Duration.ofMinutes(1), 1, Duration.ofMinutes(5), MOST_BYTES);

  /** For servers that never end: at least 20 bytes a second. */
  private static final DownloadLimits IMPATIENT =
      new DownloadLimits(
          Duration.ofMinutes(1), Duration.ofSeconds(1), 20, Duration.ofMinutes(5), MOST_BYTES);

  /** Ten bytes a second. */
  private static final long TRICKLE_MILLIS = 100;

  private static final UserEnvironment NO_PROXY =
      new UserEnvironment(Map.of("no_proxy", "*"), null, "Linux");

  private static final Set<Thread.State> WAITING_OR_ENDED =
      EnumSet.of(Thread.State.WAITING, Thread.State.TERMINATED);

  @TempDir Path directory;

  private final List<LoopbackServer> servers = new ArrayList<>();

  @AfterEach
  public void closeServers() throws IOException {
    for (LoopbackServer server : servers) {
      server.close();
    }
  }

  @Test
  public void fetchesTheFourFiles() throws IOException {
    List<String> told = new ArrayList<>();
    URI mirror = server(DownloaderTest::healthy).address();

    downloader(
            List.of(mirror),
            NO_PROXY,
            (source, bytes, total) -> told.add("%s %d/%d".formatted(source, bytes, total)))
        .fetch(directory);

    assertComplete();
    int size = file(IdxPart.TEST_LABELS).length;
    assertThat(told)
        .contains("%s %d/%d".formatted(mirror.resolve("t10k-labels-idx1-ubyte.gz"), size, size));
  }

  public static Stream<Arguments> misbehaviours() {
    return Stream.of(
        misbehaviour("404", DownloaderTest::notFound, "status 404"),
        misbehaviour("half a file", DownloaderTest::half, "broke off after"),
        misbehaviour("half a file of unknown length", DownloaderTest::quietHalf, "that is cut off"),
        misbehaviour("another file", DownloaderTest::other, "expected MNIST's file"),
        misbehaviour("a web page", DownloaderTest::page, "a web page instead of the file?"),
        misbehaviour("redirects without end", DownloaderTest::redirect, "redirected without end"),
        misbehaviour("bytes without end", DownloaderTest::endless, "more than 10000 bytes"),
        misbehaviour("no HTTP", DownloaderTest::noise, "status line"),
        misbehaviour("another range", DownloaderTest::wrongRange, "status 206"));
  }

  private static Arguments misbehaviour(String name, Answer answer, String message) {
    return Arguments.argumentSet(name, answer, message);
  }

  @ParameterizedTest
  @MethodSource("misbehaviours")
  public void namesWhatIsWrongWithAMirror(Answer answer, String message) throws IOException {
    URI mirror = server(answer).address();

    assertThatThrownBy(() -> downloader(mirror).fetch(directory))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll("MNIST could not be downloaded", mirror.toString(), message);

    assertThat(directory).isDirectoryNotContaining("glob:**.gz");
  }

  public static Stream<Arguments> delays() {
    return Stream.of(
        Arguments.argumentSet("a byte now and then", (Answer) DownloaderTest::trickle),
        Arguments.argumentSet("no answer", (Answer) DownloaderTest::silent));
  }

  @ParameterizedTest
  @MethodSource("delays")
  public void givesUpAMirrorThatKeepsItWaiting(Answer answer) throws IOException {
    URI mirror = server(answer).address();
    Downloader downloader =
        new Downloader(
            IdxFixture.asMnist(), List.of(mirror), IMPATIENT, NO_PROXY, DownloadProgress.SILENT);

    assertThatThrownBy(() -> downloader.fetch(directory))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(mirror + ": too slow: expected at least 20 bytes in 1.0 s, received");
  }

  @Test
  public void givesUpAMirrorThatIsNotDoneInTime() throws IOException {
    URI mirror = server(DownloaderTest::trickle).address();
    DownloadLimits limits =
        new DownloadLimits(
            Duration.ofMinutes(1), Duration.ofSeconds(2), 1, Duration.ofMillis(500), MOST_BYTES);
    Downloader downloader =
        new Downloader(
            IdxFixture.asMnist(), List.of(mirror), limits, NO_PROXY, DownloadProgress.SILENT);

    assertThatThrownBy(() -> downloader.fetch(directory))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(mirror + ": not done within 0.5 s");
  }

  @Test
  public void triesEveryMirrorUntilOneWorks() throws IOException {
    List<URI> mirrors = new ArrayList<>(List.of(refused(), unknown()));
    for (Arguments misbehaviour : misbehaviours().toList()) {
      mirrors.add(server((Answer) misbehaviour.get()[0]).address());
    }
    LoopbackServer last = server(DownloaderTest::healthy);
    mirrors.add(last.address());

    downloader(mirrors, NO_PROXY, DownloadProgress.SILENT).fetch(directory);

    assertComplete();
    assertThat(last.requests()).isNotEmpty();
  }

  @Test
  public void listsEveryMirrorWithItsCause() throws IOException {
    URI refused = refused();
    URI absent = server(DownloaderTest::notFound).address();

    assertThatThrownBy(
            () ->
                downloader(List.of(refused, unknown(), absent), NO_PROXY, DownloadProgress.SILENT)
                    .fetch(directory))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(
            refused + ": no connection: refused or unreachable",
            "no address known for mnist.invalid",
            absent + ": status 404");
  }

  @Test
  public void continuesAFileWhereAnEarlierAttemptEnded() throws IOException {
    byte[] whole = file(IdxPart.TRAIN_IMAGES);
    Files.write(partial(IdxPart.TRAIN_IMAGES), Arrays.copyOf(whole, 10));
    LoopbackServer server = server(DownloaderTest::healthy);

    downloader(server.address()).fetch(directory);

    assertComplete();
    assertThat(server.requests().get(0).headers()).containsEntry("range", "bytes=10-");
    assertThat(server.requests()).hasSize(4);
  }

  @Test
  public void continuesOnTheNextMirrorWhatTheLastOneBegan() throws IOException {
    LoopbackServer second = server(DownloaderTest::healthy);

    downloader(
            List.of(server(DownloaderTest::half).address(), second.address()),
            NO_PROXY,
            DownloadProgress.SILENT)
        .fetch(directory);

    assertComplete();
    int begun = file(IdxPart.TRAIN_IMAGES).length / 2;
    assertThat(second.requests().get(0).headers())
        .containsEntry("range", "bytes=%d-".formatted(begun));
  }

  @Test
  public void beginsAgainWhereTheServerCannotContinue() throws IOException {
    Files.write(partial(IdxPart.TRAIN_IMAGES), Arrays.copyOf(file(IdxPart.TRAIN_IMAGES), 10));

    downloader(server((request, out) -> send(out, "200 OK", file(request))).address())
        .fetch(directory);

    assertComplete();
  }

  @Test
  public void beginsAgainWhereTheBytesOfAnEarlierAttemptAreWrong() throws IOException {
    Files.write(partial(IdxPart.TRAIN_IMAGES), new byte[10]);
    LoopbackServer server = server(DownloaderTest::healthy);

    downloader(server.address()).fetch(directory);

    assertComplete();
    assertThat(server.requests()).hasSize(5);
    assertThat(server.requests().get(1).headers()).doesNotContainKey("range");
  }

  @Test
  public void addsNoOtherRangeThanItAskedFor() throws IOException {
    byte[] begun = Arrays.copyOf(file(IdxPart.TRAIN_IMAGES), 10);
    Path partial = Files.write(partial(IdxPart.TRAIN_IMAGES), begun);

    assertThatThrownBy(
            () -> downloader(server(DownloaderTest::wrongRange).address()).fetch(directory))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("status 206");

    assertThat(partial).hasBinaryContent(begun);
  }

  @Test
  public void usesAFileThatAnEarlierAttemptCompletedButDidNotMove() throws IOException {
    Files.write(partial(IdxPart.TRAIN_IMAGES), file(IdxPart.TRAIN_IMAGES));
    LoopbackServer server = server(DownloaderTest::healthy);

    downloader(server.address()).fetch(directory);

    assertComplete();
    assertThat(server.requests()).hasSize(4);
  }

  @Test
  public void followsARedirect() throws IOException {
    URI target = server(DownloaderTest::healthy).address();
    URI mirror =
        server(
                (request, out) ->
                    out.write(
                        head(
                            "302 Found",
                            "Content-Length: 0",
                            "Location: " + target.resolve(request.path()))))
            .address();

    downloader(mirror).fetch(directory);

    assertComplete();
  }

  @Test
  public void fetchesOnlyWhatIsMissingOrDamaged() throws IOException {
    IdxFixture.write(directory);
    Files.delete(directory.resolve(IdxPart.TRAIN_LABELS.fileName()));
    Files.write(directory.resolve(IdxPart.TEST_LABELS.fileName()), new byte[] {1, 2, 3});
    LoopbackServer server = server(DownloaderTest::healthy);

    downloader(server.address()).fetch(directory);

    assertComplete();
    assertThat(server.requests().stream().map(Request::path))
        .containsExactly("/train-labels-idx1-ubyte.gz", "/t10k-labels-idx1-ubyte.gz");
  }

  @Test
  public void asksNobodyIfEverythingIsThere() throws IOException {
    IdxFixture.write(directory);

    downloader(refused()).fetch(directory);

    assertComplete();
  }

  /** The second thread arrives while the first one's request is being answered. */
  @Test
  public void threadsShareOneDownload() throws IOException, InterruptedException {
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    CompletableFuture<Downloader> downloader = new CompletableFuture<>();
    Thread second = new Thread(() -> downloader.join().fetch(directory));
    second.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
    LoopbackServer server =
        server(
            (request, out) -> {
              if (second.getState() == Thread.State.NEW) {
                second.start();
                while (!WAITING_OR_ENDED.contains(second.getState())) {
                  Thread.onSpinWait();
                }
              }
              healthy(request, out);
            });
    downloader.complete(downloader(server.address()));

    downloader.join().fetch(directory);
    second.join();

    assertThat(failures).isEmpty();
    assertComplete();
    assertThat(server.requests()).hasSize(4);
  }

  @Test
  public void processesShareOneDownload() throws IOException, InterruptedException {
    LoopbackServer server = server(DownloaderTest::healthy);

    Process one = download(server.address());
    Process two = download(server.address());

    assertThat(one.waitFor()).isZero();
    assertThat(two.waitFor()).isZero();
    assertComplete();
    assertThat(server.requests()).hasSize(4);
  }

  /** What the processes of the test above run. */
  public static void main(String[] args) {
    downloader(URI.create(args[1])).fetch(Path.of(args[0]));
  }

  private Process download(URI mirror) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            DownloaderTest.class.getName(),
            directory.toString(),
            mirror.toString())
        .inheritIO()
        .start();
  }

  @Test
  public void saysThatTheDirectoryCannotBeWritten() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    assertThatThrownBy(() -> downloader(refused()).fetch(file.resolve("mnist")))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.resolve("mnist") + ": cannot be written");
  }

  @Test
  public void doesNotBlameAMirrorForAFullDisk() throws IOException {
    Path full = Path.of("/dev/full");
    assumeThat(full).as("a device that is always full, which Linux has").exists();
    Files.createSymbolicLink(partial(IdxPart.TRAIN_IMAGES), full);
    LoopbackServer server = server(DownloaderTest::healthy);

    assertThatThrownBy(
            () ->
                downloader(
                        List.of(server.address(), server.address()),
                        NO_PROXY,
                        DownloadProgress.SILENT)
                    .fetch(directory))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(partial(IdxPart.TRAIN_IMAGES) + ": cannot be written");

    assertThat(server.requests()).hasSize(1);
  }

  @Test
  public void goesThroughTheProxyThatTheEnvironmentNames() throws IOException {
    LoopbackServer proxy = server(DownloaderTest::healthy);

    downloader(List.of(unknown()), proxied("http_proxy", proxy), DownloadProgress.SILENT)
        .fetch(directory);

    assertComplete();
    assertThat(proxy.requests().get(0).line())
        .isEqualTo("GET http://mnist.invalid/train-images-idx3-ubyte.gz HTTP/1.1");
  }

  @Test
  public void givesTheProxyItsPasswordOnTheWayToHttps() throws IOException {
    LoopbackServer proxy =
        server(
            (request, out) ->
                out.write(
                    request.headers().containsKey("proxy-authorization")
                        ? head("403 Forbidden", "Content-Length: 0")
                        : head(
                            "407 Proxy Authentication Required",
                            "Proxy-Authenticate: Basic realm=\"test\"",
                            "Content-Length: 0")));
    URI mirror = URI.create("https://mnist.invalid/");

    assertThatThrownBy(
            () ->
                downloader(List.of(mirror), proxied("HTTPS_PROXY", proxy), DownloadProgress.SILENT)
                    .fetch(directory))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("403");

    String credentials =
        Base64.getEncoder().encodeToString("user:p@ss".getBytes(StandardCharsets.US_ASCII));
    assertThat(proxy.requests())
        .anySatisfy(
            request -> {
              assertThat(request.line()).isEqualTo("CONNECT mnist.invalid:443 HTTP/1.1");
              assertThat(request.headers())
                  .containsEntry("proxy-authorization", "Basic " + credentials);
            });
  }

  @Test
  public void saysThatItCannotUseAnotherKindOfProxy() {
    UserEnvironment environment =
        new UserEnvironment(Map.of("all_proxy", "socks5://secret@localhost:1"), null, "Linux");

    assertThatThrownBy(
            () ->
                downloader(List.of(unknown()), environment, DownloadProgress.SILENT)
                    .fetch(directory))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("expected http://HOST:PORT")
        .hasMessageNotContaining("secret");
  }

  private static UserEnvironment proxied(String variable, LoopbackServer proxy) {
    return new UserEnvironment(
        Map.of(variable, "http://user:p%40ss@127.0.0.1:" + proxy.port()), null, "Linux");
  }

  private LoopbackServer server(Answer answer) throws IOException {
    LoopbackServer server = new LoopbackServer(answer);
    servers.add(server);
    return server;
  }

  private static Downloader downloader(URI mirror) {
    return downloader(List.of(mirror), NO_PROXY, DownloadProgress.SILENT);
  }

  private static Downloader downloader(
      List<URI> mirrors, UserEnvironment environment, DownloadProgress progress) {
    return new Downloader(IdxFixture.asMnist(), mirrors, PATIENT, environment, progress);
  }

  private Path partial(IdxPart part) {
    return directory.resolve(part.fileName() + ".part");
  }

  private void assertComplete() throws IOException {
    for (IdxPart part : IdxPart.values()) {
      assertThat(directory.resolve(part.fileName())).hasBinaryContent(file(part));
    }
    assertThat(directory).isDirectoryNotContaining("glob:**.part");
  }

  /** Returns an address where nobody listens. */
  private static URI refused() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return URI.create("http://127.0.0.1:%d/".formatted(socket.getLocalPort()));
    }
  }

  /** Returns an address of a name that never exists (RFC 2606). */
  private static URI unknown() {
    return URI.create("http://mnist.invalid/");
  }

  private static byte[] file(IdxPart part) {
    return IdxFixture.gzip(Objects.requireNonNull(IdxFixture.set().get(part)));
  }

  private static byte[] file(Request request) {
    return Arrays.stream(IdxPart.values())
        .filter(part -> request.path().endsWith("/" + part.fileName()))
        .map(DownloaderTest::file)
        .findFirst()
        .orElseThrow();
  }

  private static void send(OutputStream out, String status, byte[] body, String... headers)
      throws IOException {
    String[] all = Arrays.copyOf(headers, headers.length + 1);
    all[headers.length] = "Content-Length: " + body.length;
    out.write(head(status, all));
    out.write(body);
  }

  /** Serves whole files and ranges to the end. */
  private static void healthy(Request request, OutputStream out) throws IOException {
    byte[] file = file(request);
    String range = request.headers().get("range");
    if (range == null) {
      send(out, "200 OK", file);
      return;
    }
    int from = Integer.parseInt(range.replaceAll("\\D", ""));
    if (from >= file.length) {
      send(out, "416 Range Not Satisfiable", new byte[0]);
      return;
    }
    send(
        out,
        "206 Partial Content",
        Arrays.copyOfRange(file, from, file.length),
        "Content-Range: bytes %d-%d/%d".formatted(from, file.length - 1, file.length));
  }

  private static void notFound(Request request, OutputStream out) throws IOException {
    send(out, "404 Not Found", "not here".getBytes(StandardCharsets.US_ASCII));
  }

  private static void half(Request request, OutputStream out) throws IOException {
    byte[] file = file(request);
    out.write(head("200 OK", "Content-Length: " + file.length));
    out.write(file, 0, file.length / 2);
  }

  private static void quietHalf(Request request, OutputStream out) throws IOException {
    byte[] file = file(request);
    out.write(head("200 OK"));
    out.write(file, 0, file.length / 2);
  }

  private static void other(Request request, OutputStream out) throws IOException {
    boolean images = request.path().contains("images");
    int[] lengths = images ? new int[] {1, 1, 1} : new int[] {1};
    int magic = images ? IdxFixture.IMAGES_MAGIC : IdxFixture.LABELS_MAGIC;
    send(out, "200 OK", IdxFixture.gzip(IdxFixture.idx(magic, lengths, (byte) 1)));
  }

  private static void page(Request request, OutputStream out) throws IOException {
    byte[] page = "<html><body>Please log in</body></html>".getBytes(StandardCharsets.US_ASCII);
    send(out, "200 OK", page, "Content-Type: text/html");
  }

  private static void redirect(Request request, OutputStream out) throws IOException {
    out.write(head("302 Found", "Content-Length: 0", "Location: " + request.path()));
  }

  private static void endless(Request request, OutputStream out) throws IOException {
    out.write(head("200 OK"));
    byte[] zeros = new byte[1000];
    while (true) {
      out.write(zeros);
    }
  }

  private static void trickle(Request request, OutputStream out)
      throws IOException, InterruptedException {
    out.write(head("200 OK", "Content-Length: 9912422"));
    while (true) {
      out.write(0);
      out.flush();
      Thread.sleep(TRICKLE_MILLIS);
    }
  }

  private static void silent(Request request, OutputStream out) throws InterruptedException {
    Thread.sleep(Duration.ofMinutes(1).toMillis());
  }

  private static void noise(Request request, OutputStream out) throws IOException {
    out.write("220 this is not the web\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  private static void wrongRange(Request request, OutputStream out) throws IOException {
    send(out, "206 Partial Content", file(request), "Content-Range: bytes 3-5/6");
  }
}
