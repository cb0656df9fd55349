package dev.lockstep.core.data.sources;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.digits.SyntheticDigits;
import dev.lockstep.core.data.idx.IdxFiles;
import dev.lockstep.core.data.mnist.DownloadProgress;
import dev.lockstep.core.data.mnist.Downloader;
import dev.lockstep.core.data.mnist.Mnist;
import dev.lockstep.core.data.mnist.MnistPlace;
import dev.lockstep.core.data.mnist.MnistSource;
import dev.lockstep.core.data.mnist.MnistUnavailableException;
import dev.lockstep.core.data.mnist.UserEnvironment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The data sets that {@code --data} can name.
 *
 * <p>{@code auto} is MNIST or, where it cannot be had, the synthetic digits; {@code mnist} is MNIST
 * or an error; {@code synthetic} is {@link SyntheticDigits}; {@code idx:DIR} is any set in four IDX
 * files, {@code npz:FILE} any in NumPy's arrays. Readers of other forms are added by whoever has
 * them.
 */
public final class Datasets {

  private final MnistSource mnist;
  private final Map<String, BiFunction<Path, DataSpec, Dataset>> readers = new LinkedHashMap<>();

  public Datasets(UserEnvironment environment, DownloadProgress progress) {
    this(new MnistSource(Mnist.PUBLISHED, environment, new Downloader(environment, progress)));
  }

  Datasets(MnistSource mnist) {
    this.mnist = mnist;
    readers.put("idx", (path, spec) -> readIdx(path));
    readers.put("npz", NumPyArrays::read);
  }

  /**
   * Adds another form.
   *
   * @param scheme such as {@code csv}, for {@code csv:PATH}
   * @param reader called with the path and what is said about how to read it
   * @return this
   */
  public Datasets with(String scheme, BiFunction<Path, DataSpec, Dataset> reader) {
    readers.put(scheme, reader);
    return this;
  }

  /** Returns what {@link #load} understands, in words. */
  public List<String> choices() {
    return Stream.concat(
            Stream.of("auto", "mnist", "synthetic"),
            readers.keySet().stream().map(scheme -> scheme + ":PATH"))
        .toList();
  }

  /**
   * @param choice the value of {@code --data}
   * @param dataDir the value of {@code --data-dir}, where MNIST is looked for first; may be null
   * @param offline whether the network must not be used
   * @param spec how a user's own files are read
   * @throws UsageException if there is no such choice
   * @throws InputException if the data is missing, incomplete or damaged
   */
  public Dataset load(String choice, @Nullable Path dataDir, boolean offline, DataSpec spec) {
    return switch (choice) {
      case "auto" -> mnistOrSynthetic(dataDir, offline);
      case "mnist" -> mnist(dataDir, offline);
      case "synthetic" -> SyntheticDigits.dataset(SyntheticDigits.DEFAULT_SEED);
      default -> read(choice, spec);
    };
  }

  /** Returns every place where MNIST is looked for before it is downloaded, in order. */
  public List<MnistPlace> places(@Nullable Path dataDir) {
    return mnist.places(dataDir);
  }

  /**
   * Downloads MNIST; files that are there already are checked and kept.
   *
   * @param directory where to; null for the user's cache
   * @return the directory
   * @throws InputException if that fails
   */
  public Path download(@Nullable Path directory) {
    return mnist.download(directory);
  }

  private Dataset mnistOrSynthetic(@Nullable Path dataDir, boolean offline) {
    try {
      return mnist.get(dataDir, offline);
    } catch (MnistUnavailableException e) {
      return SyntheticDigits.dataset(SyntheticDigits.DEFAULT_SEED)
          .withNotice(
              "MNIST could not be had: the digits are synthetic, and no accuracy here can be held"
                  + " against a published one.%n%s%n%s".formatted(e.getMessage(), byHand()));
    }
  }

  private Dataset mnist(@Nullable Path dataDir, boolean offline) {
    try {
      return mnist.get(dataDir, offline);
    } catch (MnistUnavailableException e) {
      throw new InputException(
          "MNIST could not be had.%n%s%n%s".formatted(e.getMessage(), byHand()), e);
    }
  }

  private static String byHand() {
    return "By hand: put "
        + Mnist.fileNames()
        + " (as published, or unpacked) into a directory and name it by --data-dir or"
        + " LOCKSTEP_DATA.";
  }

  private Dataset read(String choice, DataSpec spec) {
    int colon = choice.indexOf(':');
    BiFunction<Path, DataSpec, Dataset> reader =
        colon < 0 ? null : readers.get(choice.substring(0, colon));
    if (reader == null || colon == choice.length() - 1) {
      throw new UsageException(
          "--data: expected %s, found \"%s\"".formatted(String.join(", ", choices()), choice));
    }
    try {
      return reader
          .apply(Path.of(choice.substring(colon + 1)), spec)
          .unsorted()
          .withUnseenClassesTold();
    } catch (InvalidPathException e) {
      throw new UsageException("--data %s: not a path: %s".formatted(choice, e.getReason()), e);
    }
  }

  /**
   * Reads a data set in four IDX files, plain or gzipped, under MNIST's names.
   *
   * @throws InputException if one is missing, damaged or does not belong to the others
   */
  public static Dataset readIdx(Path directory) {
    return IdxFiles.in(directory)
        .orElseThrow(
            () ->
                new InputException(
                    "%s: expected a directory with %s (plain or gzipped), found %s"
                        .formatted(
                            directory,
                            Mnist.fileNames(),
                            Files.isDirectory(directory) ? "none of them" : "no such directory")))
        .read("idx");
  }
}
