package dev.lockstep.core.data.mnist;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.idx.IdxFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where MNIST comes from: a directory that the user names, the user's cache, DL4J's cache, or the
 * public mirrors.
 *
 * <p>In a directory that the user names, a damaged file is an error. In a cache it is passed over
 * and fetched again.
 */
public final class MnistSource {

  private final Mnist mnist;
  private final UserEnvironment environment;
  private final Downloader downloader;

  public MnistSource(Mnist mnist, UserEnvironment environment, Downloader downloader) {
    this.mnist = mnist;
    this.environment = environment;
    this.downloader = downloader;
  }

  /**
   * @param dataDir where to look first, if anywhere
   * @throws InputException if a directory that the user names is missing, or MNIST in it is
   *     incomplete or damaged
   * @throws MnistUnavailableException if it is nowhere
   */
  public Dataset get(@Nullable Path dataDir, boolean offline) throws MnistUnavailableException {
    List<String> looked = new ArrayList<>();
    for (Candidate candidate : candidates(dataDir)) {
      Found found = look(candidate);
      if (found.dataset() != null) {
        return found.dataset();
      }
      if (found.failure() != null && candidate.named()) {
        throw found.failure();
      }
      looked.add("  " + found.place());
    }
    try {
      return download(offline);
    } catch (InputException e) {
      looked.add(e.getMessage());
      throw new MnistUnavailableException(
          "Looked in:%n%s".formatted(String.join(System.lineSeparator(), looked)));
    }
  }

  /** Returns every place where {@link #get} would look, and what is there. */
  public List<MnistPlace> places(@Nullable Path dataDir) {
    return candidates(dataDir).stream().map(candidate -> look(candidate).place()).toList();
  }

  /**
   * Makes sure that a directory holds MNIST.
   *
   * @param directory null for the user's cache
   * @return the directory
   * @throws InputException if it cannot be downloaded or stored
   */
  public Path download(@Nullable Path directory) {
    Path target = directory != null ? directory : cache();
    downloader.fetch(target);
    return target;
  }

  private Dataset download(boolean offline) {
    if (offline) {
      throw new InputException("  the mirrors: not asked, --offline forbids it");
    }
    Path directory = download((Path) null);
    return read(directory)
        .orElseThrow(() -> new InputException(directory + ": removed while it was in use"));
  }

  private Path cache() {
    return cacheDirectory()
        .orElseThrow(
            () ->
                new InputException(
                    "no home directory and no XDG_CACHE_HOME to keep a download in:"
                        + " name a directory by --data-dir or LOCKSTEP_DATA"));
  }

  private Optional<Path> cacheDirectory() {
    return environment.cache().map(cache -> cache.resolve("lockstep").resolve("mnist"));
  }

  private List<Candidate> candidates(@Nullable Path dataDir) {
    List<Candidate> candidates = new ArrayList<>();
    if (dataDir != null) {
      candidates.add(new Candidate("--data-dir", dataDir, true));
    }
    environment
        .variable("LOCKSTEP_DATA")
        .ifPresent(named -> candidates.add(new Candidate("LOCKSTEP_DATA", Path.of(named), true)));
    cacheDirectory().ifPresent(cache -> candidates.add(new Candidate("cache", cache, false)));
    // DL4J 1.0.0-M2.1 unpacks MNIST into its base directory, earlier versions below it.
    environment
        .inHome(".deeplearning4j")
        .ifPresent(
            base -> {
              candidates.add(new Candidate("DL4J's cache", base, false));
              candidates.add(
                  new Candidate("DL4J's cache", base.resolve("data").resolve("MNIST"), false));
            });
    return candidates;
  }

  private Found look(Candidate candidate) {
    Path directory = candidate.directory();
    if (!Files.isDirectory(directory)) {
      String found = Files.exists(directory) ? "not a directory" : "no such directory";
      InputException failure =
          new InputException(
              "%s: expected a directory with MNIST (%s), found %s"
                  .formatted(directory, candidate.name(), found));
      return new Found(candidate.place(found, false), null, failure);
    }
    try {
      return read(directory)
          .map(dataset -> new Found(candidate.place("MNIST, checked", true), dataset, null))
          .orElseGet(() -> new Found(candidate.place("none of the files", false), null, null));
    } catch (InputException e) {
      return new Found(candidate.place(e.getMessage(), false), null, e);
    }
  }

  private Optional<Dataset> read(Path directory) {
    return IdxFiles.in(directory).map(files -> files.read("mnist", mnist::check));
  }

  /**
   * @param named whether the user named it, so that what is wrong with it must be told
   */
  private record Candidate(String name, Path directory, boolean named) {

    MnistPlace place(String finding, boolean usable) {
      return new MnistPlace(name, directory, finding, usable);
    }
  }

  private record Found(
      MnistPlace place, @Nullable Dataset dataset, @Nullable InputException failure) {}
}
