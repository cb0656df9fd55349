package dev.lockstep.experiments.resume;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.report.Format;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What an earlier run left in a directory that another is to write to. */
public final class EarlierRun {

  /** Written when a search begins. */
  public static final String SEARCH = "search.json";

  /** Reports that only one command writes, beside those of {@link Format}. */
  private static final List<String> OTHER_REPORTS = List.of("detection.md", "trials.csv");

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
        if (Files.exists(folder.resolve(Format.JSON.fileName()))) {
          for (String name : reports().toList()) {
            removed |= delete(folder.resolve(name));
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
              .formatted(directory, e),
          e);
    }
  }

  /** Deletes a report, a folder with all that is in it; returns whether there was one. */
  private static boolean delete(Path report) throws IOException {
    if (!Files.exists(report, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (Stream<Path> all = Files.walk(report)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
    return true;
  }

  private static Stream<String> reports() {
    return Stream.concat(
        Arrays.stream(Format.values()).map(Format::fileName).filter(name -> !name.isEmpty()),
        OTHER_REPORTS.stream());
  }
}
