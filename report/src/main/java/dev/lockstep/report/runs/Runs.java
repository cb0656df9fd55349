package dev.lockstep.report.runs;

import dev.lockstep.core.InputException;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.report.Format;
import dev.lockstep.report.ResultJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Finds the results of finished runs. */
final class Runs {

  private Runs() {}

  /**
   * Reads every run at or below a place.
   *
   * @param place a directory, or a {@code result.json}
   * @return the runs by their folder, relative to the place, with slashes; empty for the place
   *     itself
   * @throws InputException if there is none
   */
  static Map<String, RunResult> read(Path place) {
    if (Files.isRegularFile(place)) {
      return Map.of("", ResultJson.read(place));
    }
    if (!Files.isDirectory(place)) {
      throw new InputException(
          "%s: expected a directory with a result.json, or a result.json, found no such file"
              .formatted(place));
    }
    Map<String, RunResult> runs = new TreeMap<>();
    try (Stream<Path> files = Files.walk(place)) {
      for (Path file :
          files
              .filter(path -> path.endsWith(Format.JSON.fileName()))
              .filter(ResultJson::holdsRun)
              .sorted()
              .toList()) {
        String folder = place.relativize(file).toString().replace('\\', '/');
        runs.put(
            folder.equals(Format.JSON.fileName())
                ? ""
                : folder.substring(0, folder.lastIndexOf('/')),
            ResultJson.read(file));
      }
    } catch (IOException e) {
      throw new InputException(place + ": cannot be read: " + Reasons.of(e), e);
    }
    if (runs.isEmpty()) {
      throw new InputException(
          "%s: expected the result.json of a run in it or below it, found none; compare writes one"
              .formatted(place));
    }
    return runs;
  }
}
