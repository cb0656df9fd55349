package dev.lockstep.core.data.mnist;

import dev.lockstep.core.InputException;
import dev.lockstep.core.wording.Reasons;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One file by HTTP, written to the end of what an earlier attempt left if the server can continue.
 *
 * <p>A thread of its own receives, the caller's watches that enough arrives: Java's client has no
 * time-out for a body that trickles.
 */
final class Transfer {

  private static final int OK = 200;
  private static final int PARTIAL_CONTENT = 206;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final int BUFFER = 1 << 16;
  private static final Duration LONGEST_GLANCE = Duration.ofMillis(200);
  private static final int GLANCES_PER_WINDOW = 10;

  private final HttpClient client;
  private final DownloadLimits limits;
  private final URI source;
  private final Path file;

  private boolean abandoned;
  private volatile long received;
  private volatile long total = -1;

  Transfer(HttpClient client, DownloadLimits limits, URI source, Path file) {
    this.client = client;
    this.limits = limits;
    this.source = source;
    this.file = file;
  }

  /**
   * @param deadline in {@link System#nanoTime()}
   * @return whether earlier bytes were kept
   * @throws MirrorException if the server does not give the whole file; what arrived is kept
   * @throws InputException if the file cannot be written
   */
  boolean run(long deadline, DownloadProgress progress) throws MirrorException {
    FutureTask<Boolean> task = new FutureTask<>(this::receive);
    Thread thread = new Thread(task, "download");
    thread.setDaemon(true);
    thread.start();
    try {
      return watch(task, deadline, progress);
    } catch (ExecutionException e) {
      throw failure(Objects.requireNonNullElse(e.getCause(), e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException(source + ": the download was interrupted", e);
    } finally {
      abandon();
      task.cancel(true);
    }
  }

  private boolean watch(FutureTask<Boolean> task, long deadline, DownloadProgress progress)
      throws MirrorException, ExecutionException, InterruptedException {
    long window = limits.window().toNanos();
    long glance = Math.min(window / GLANCES_PER_WINDOW, LONGEST_GLANCE.toNanos());
    long windowStart = System.nanoTime();
    long receivedBefore = 0;
    while (true) {
      try {
        boolean kept = task.get(glance, TimeUnit.NANOSECONDS);
        progress.received(source, received, received);
        return kept;
      } catch (TimeoutException e) {
        progress.received(source, received, total);
      }
      long now = System.nanoTime();
      if (now - deadline > 0) {
        throw new MirrorException("not done within " + seconds(limits.perMirror()));
      }
      if (now - windowStart > window) {
        checkRate(received - receivedBefore);
        windowStart = now;
        receivedBefore = received;
      }
    }
  }

  private void checkRate(long bytes) throws MirrorException {
    if (bytes < limits.bytesPerWindow()) {
      throw new MirrorException(
          "too slow: expected at least %d bytes in %s, received %d"
              .formatted(limits.bytesPerWindow(), seconds(limits.window()), bytes));
    }
  }

  private boolean receive() throws MirrorException, IOException, InterruptedException {
    long start = Files.exists(file) ? Files.size(file) : 0;
    HttpRequest.Builder request = HttpRequest.newBuilder(source).header("User-Agent", "lockstep");
    if (start > 0) {
      request.header("Range", "bytes=%d-".formatted(start));
    }
    HttpResponse<InputStream> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      if (start > 0 && response.statusCode() == RANGE_NOT_SATISFIABLE) {
        return true; // It has no more than what is there already.
      }
      boolean keep = continues(response, start);
      received = keep ? start : 0;
      total =
          received + response.headers().firstValueAsLong("Content-Length").orElse(-1 - received);
      store(body, keep);
      return keep;
    }
  }

  private static boolean continues(HttpResponse<?> response, long start) throws MirrorException {
    int status = response.statusCode();
    String range = response.headers().firstValue("Content-Range").orElse("");
    boolean asked = start > 0 && range.startsWith("bytes %d-".formatted(start));
    if (status == OK || (status == PARTIAL_CONTENT && asked)) {
      return status == PARTIAL_CONTENT;
    }
    throw new MirrorException(
        status / 100 == 3
            ? "status %d: redirected without end, or to something else than HTTPS".formatted(status)
            : "status " + status);
  }

  private void store(InputStream body, boolean keep) throws MirrorException, IOException {
    try (OutputStream out = open(keep)) {
      byte[] buffer = new byte[BUFFER];
      for (int count = read(body, buffer); count >= 0; count = read(body, buffer)) {
        if (received + count > limits.bytesPerFile()) {
          throw new MirrorException("more than %d bytes".formatted(limits.bytesPerFile()));
        }
        write(out, buffer, count);
      }
    }
  }

  private int read(InputStream body, byte[] buffer) throws MirrorException {
    try {
      return body.read(buffer);
    } catch (IOException e) {
      String expected = total < 0 ? "" : " of " + total;
      throw new MirrorException(
          "broke off after %d%s bytes: %s".formatted(received, expected, Reasons.of(e)), e);
    }
  }

  private OutputStream open(boolean keep) {
    try {
      return Files.newOutputStream(
          file,
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE,
          keep ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** Keeps a thread that wakes too late from writing what the next mirror already continues. */
  private synchronized void write(OutputStream out, byte[] buffer, int count)
      throws MirrorException {
    if (abandoned) {
      throw new MirrorException("given up");
    }
    try {
      out.write(buffer, 0, count);
    } catch (IOException e) {
      throw unwritable(e);
    }
    received += count;
  }

  private synchronized void abandon() {
    abandoned = true;
  }

  private InputException unwritable(IOException cause) {
    return new InputException(
        "%s: cannot be written: %s".formatted(file, Reasons.of(cause)), cause);
  }

  private MirrorException failure(Throwable failure) {
    if (failure instanceof InputException e) {
      throw e;
    }
    if (failure instanceof MirrorException e) {
      return e;
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
        return new MirrorException("no address known for " + source.getHost(), failure);
      }
    }
    if (failure instanceof HttpConnectTimeoutException) {
      return new MirrorException("no connection within " + seconds(limits.connect()), failure);
    }
    if (failure instanceof ConnectException) {
      return new MirrorException("no connection: refused or unreachable", failure);
    }
    return new MirrorException(Reasons.of(failure), failure);
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() / 1000.0 + " s";
  }
}
