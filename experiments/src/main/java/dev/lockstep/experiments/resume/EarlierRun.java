package dev.lockstep.experiments.resume;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.report.Format;
import dev.lockstep.report.Reports;
import dev.lockstep.report.ResultJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What an earlier run left in a directory that another is to write to. */
public final class EarlierRun {

  /** Written when a search begins. */
  public static final String SEARCH = "search.json";

  /** Reports that only one command writes, beside those of {@link Format}. */
  private static final List<String> OTHER_REPORTS = List.of("detection.md", "trials.csv");

  /** What MLflow keeps in each folder. */
  private static final String DESCRIPTION = "meta.yaml";

  private EarlierRun() {}

  /**
   * Takes away the reports of an earlier run, so that none of them stands beside the result of the
   * next one. Nothing else in the directory is touched.
   *
   * @param notices is told if there were any
   * @throws UsageException if a search, or a comparison that can be gone on with, would be lost
   */
  public static void remove(Path directory, Consumer<String> notices) {
    remove(directory, RunDirectory.runsIn(directory), notices);
  }

  /**
   * @param runs where the results of the earlier run are, relative to the directory
   */
  static void remove(Path directory, Collection<String> runs, Consumer<String> notices) {
    Path root = directory.toAbsolutePath().normalize();
    Set<Path> folders = new LinkedHashSet<>(List.of(root));
    runs.stream()
        .map(run -> root.resolve(run).normalize())
        .filter(folder -> folder.startsWith(root))
        .forEach(folders::add);
    if (Files.exists(root.resolve(SEARCH))) {
      throw new UsageException(
          "--output: expected a directory without a search, found one in %s; name another"
              .formatted(directory));
    }
    if (folders.stream().anyMatch(CheckpointFile::isIn)) {
      throw new UsageException(
          "--output: %s holds a comparison that was interrupted; go on with --resume %s, or name another directory"
              .formatted(directory, directory));
    }
    try {
      boolean removed = false;
      for (Path folder : folders) {
        // a report of somebody else's, without a result, is not ours to take away
        Path result = folder.resolve(Format.JSON.fileName());
        if (Files.exists(result)) {
          removed |= deleteInFolders(folder, result);
          for (String name : reports().toList()) {
            removed |= Files.deleteIfExists(folder.resolve(name));
          }
        }
      }
      if (removed) {
        notices.accept(
            "%s held the reports of an earlier run, which were removed".formatted(directory));
      }
    } catch (IOException e) {
      throw new InputException(
          "--output: %s holds reports of an earlier run that cannot be removed (%s); name another"
              .formatted(directory, Reasons.of(e)),
          e);
    }
  }

  /** Deletes what the result says was written into folders, which others may use as well. */
  private static boolean deleteInFolders(Path directory, Path result) throws IOException {
    if (!ResultJson.holdsRun(result)) {
      return false;
    }
    List<Path> files;
    try {
      files = Reports.inFolders(directory, ResultJson.read(result));
    } catch (InputException e) {
      return false; // of what cannot be read nothing is known
    }
    // the store's own description of a folder goes last, and stays with what others put beside it
    files.sort(
        Comparator.comparing((Path file) -> file.endsWith(DESCRIPTION))
            .thenComparing(Comparator.comparing(Path::getNameCount).reversed()));
    boolean removed = false;
    for (Path file : files) {
      Path folder = Objects.requireNonNull(file.getParent());
      if (file.endsWith(DESCRIPTION) && !holdsOnly(folder, 1)) {
        continue;
      }
      Files.delete(file);
      removed = true;
      while (!folder.equals(directory) && holdsOnly(folder, 0)) {
        Files.delete(folder);
        folder = Objects.requireNonNull(folder.getParent());
      }
    }
    return removed;
  }

  private static boolean holdsOnly(Path folder, int number) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.limit(number + 1L).count() == number;
    }
  }

  private static Stream<String> reports() {
    return Stream.concat(
        Arrays.stream(Format.values())
            .filter(format -> !format.isFolder())
            .map(Format::fileName)
            .filter(name -> !name.isEmpty()),
        OTHER_REPORTS.stream());
  }
}
