package dev.lockstep.core.data.mnist;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.idx.IdxPart;
import dev.lockstep.core.wording.Reasons;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Fetches MNIST from its public mirrors, one after another.
 *
 * <p>A file appears in the directory complete and checked, or not at all; what of it has arrived
 * waits beside it for the next mirror or the next run to continue. A lock lets several runs share
 * the directory.
 */
public final class Downloader {

  private static final List<URI> PUBLIC_MIRRORS =
      List.of(
          URI.create("https://storage.googleapis.com/cvdf-datasets/mnist/"),
          URI.create("https://ossci-datasets.s3.amazonaws.com/mnist/"),
          URI.create("https://raw.githubusercontent.com/fgnt/mnist/master/"),
          URI.create("https://systemds.apache.org/assets/datasets/mnist/"));

  /** A file lock only keeps other processes out. */
  private static final ReentrantLock THIS_PROCESS = new ReentrantLock();

  private static final String TUNNEL_SCHEMES = "jdk.http.auth.tunneling.disabledSchemes";

  static {
    // Java refuses to give a proxy a password on the way to an HTTPS address unless told otherwise;
    // the user has put it into the environment for just that. Read once, by the first client.
    if (System.getProperty(TUNNEL_SCHEMES) == null) {
      System.setProperty(TUNNEL_SCHEMES, "");
    }
  }

  private final Mnist mnist;
  private final List<URI> mirrors;
  private final DownloadLimits limits;
  private final EnvironmentProxies proxies;
  private final DownloadProgress progress;

  /**
   * @param environment which may name a proxy
   */
  public Downloader(UserEnvironment environment, DownloadProgress progress) {
    this(Mnist.PUBLISHED, PUBLIC_MIRRORS, DownloadLimits.DEFAULT, environment, progress);
  }

  public Downloader(
      Mnist mnist,
      List<URI> mirrors,
      DownloadLimits limits,
      UserEnvironment environment,
      DownloadProgress progress) {
    this.mnist = mnist;
    this.mirrors = mirrors;
    this.limits = limits;
    this.proxies = new EnvironmentProxies(environment);
    this.progress = progress;
  }

  /** Returns where the files can be had by hand. */
  public URI firstMirror() {
    return mirrors.get(0);
  }

  /**
   * Makes sure that a directory holds MNIST's four files. Those that it holds already stay.
   *
   * @param directory created if need be
   * @throws InputException if it cannot be written or no mirror gives them; the message has each
   *     mirror's cause
   */
  public void fetch(Path directory) {
    THIS_PROCESS.lock();
    try {
      Files.createDirectories(directory);
      try (FileChannel lock =
          FileChannel.open(
              directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        lock.lock();
        fetchMissing(directory);
      }
    } catch (IOException e) {
      throw new InputException("%s: cannot be written: %s".formatted(directory, Reasons.of(e)), e);
    } finally {
      THIS_PROCESS.unlock();
    }
  }

  private void fetchMissing(Path directory) throws IOException {
    List<IdxPart> missing = new ArrayList<>(List.of(IdxPart.values()));
    missing.removeIf(part -> part.in(directory).filter(file -> isSound(part, file)).isPresent());
    List<String> failures = new ArrayList<>();
    for (URI mirror : mirrors) {
      try {
        fetch(missing, mirror, directory);
        return;
      } catch (MirrorException e) {
        failures.add("  " + mirror + ": " + e.getMessage());
      }
    }
    throw new InputException(
        "MNIST could not be downloaded:%n%s"
            .formatted(String.join(System.lineSeparator(), failures)));
  }

  private boolean isSound(IdxPart part, Path file) {
    try {
      mnist.check(part, file);
      return true;
    } catch (InputException e) {
      return false;
    }
  }

  /** Removes from the list what has been fetched. */
  private void fetch(List<IdxPart> missing, URI mirror, Path directory)
      throws MirrorException, IOException {
    HttpClient client = client(mirror);
    long deadline = System.nanoTime() + limits.perMirror().toNanos();
    while (!missing.isEmpty()) {
      IdxPart part = missing.get(0);
      Path partial = directory.resolve(part.fileName() + ".part");
      fetch(client, part, mirror.resolve(part.fileName()), partial, deadline);
      Files.move(partial, directory.resolve(part.fileName()), StandardCopyOption.ATOMIC_MOVE);
      missing.remove(0);
    }
  }

  private void fetch(HttpClient client, IdxPart part, URI source, Path partial, long deadline)
      throws MirrorException, IOException {
    boolean kept = new Transfer(client, limits, source, partial).run(deadline, progress);
    try {
      mnist.check(part, partial);
    } catch (InputException e) {
      Files.delete(partial);
      if (!kept) {
        throw new MirrorException(e.getMessage(), e);
      }
      // The bytes that were kept may be at fault, not this mirror.
      fetch(client, part, source, partial, deadline);
    }
  }

  private HttpClient client(URI mirror) throws MirrorException {
    try {
      proxies.proxy(mirror);
    } catch (IllegalArgumentException e) {
      throw new MirrorException(String.valueOf(e.getMessage()), e);
    }
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(limits.connect())
        .followRedirects(HttpClient.Redirect.NORMAL)
        .proxy(proxies)
        .authenticator(proxies.authenticator())
        .build();
  }
}
