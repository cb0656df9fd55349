package dev.lockstep.experiments.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.WholeFile;
import dev.lockstep.core.compare.NothingComparedException;
import dev.lockstep.core.model.ModelFailedException;
import dev.lockstep.core.wording.Reasons;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** The files of a run, or why there are none, as bytes on their way between processes. */
public final class Parcel {

  /** No file of a run has such a name. */
  private static final String FAILURE = "/failure";

  /** A run has its result when this file is there: it is written last. */
  private static final String RESULT = "result.json";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Parcel() {}

  /** Returns a directory's files, but for directories in it. */
  public static byte[] of(Path directory) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (Stream<Path> all = Files.list(directory)) {
      for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
        files.put(String.valueOf(file.getFileName()), Files.readAllBytes(file));
      }
    }
    return of(files);
  }

  /** Returns why there are no files, as the process that gets it is to say and to count it. */
  public static byte[] failure(Throwable why, String host) {
    String kind = kind(why);
    String message = kind.isEmpty() ? why.toString() : String.valueOf(why.getMessage());
    String said = "%s\n%s (on %s)".formatted(kind, message, host);
    return of(Map.of(FAILURE, said.getBytes(StandardCharsets.UTF_8)));
  }

  /** What decides the exit code. */
  private static String kind(Throwable why) {
    return why instanceof InputException
        ? "input"
        : why instanceof UsageException
            ? "usage"
            : why instanceof ModelFailedException
                ? "model"
                : why instanceof NothingComparedException ? "nothing" : "";
  }

  private static RuntimeException failure(String said) {
    int end = said.indexOf('\n');
    String message = said.substring(end + 1);
    return switch (said.substring(0, end)) {
      case "input" -> new InputException(message);
      case "usage" -> new UsageException(message);
      case "model" -> new ModelFailedException(message);
      case "nothing" -> new NothingComparedException();
      default -> new IllegalStateException(message);
    };
  }

  /** Returns files, by their names. */
  public static byte[] of(Map<String, byte[]> files) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue());
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // there is none in memory
    }
    return bytes.toByteArray();
  }

  /**
   * Writes the files into a directory, each whole or not at all, the result last. A result that is
   * there already stays: the run was carried out twice, and must have come to the same.
   *
   * @throws RuntimeException that which the run failed with
   * @throws InputException if they cannot be written, or say another thing than what is there
   */
  public static void unpack(byte[] parcel, Path directory) {
    try {
      Map<String, byte[]> files = open(parcel);
      Path result = directory.resolve(RESULT);
      byte[] again = files.get(RESULT);
      if (again != null && Files.exists(result)) {
        requireSame(directory, Files.readAllBytes(result), again);
      }
      Files.createDirectories(directory);
      for (String name : inOrder(files)) {
        byte[] content = files.getOrDefault(name, new byte[0]);
        WholeFile.write(directory.resolve(name), out -> out.write(content));
      }
    } catch (IOException e) {
      throw new InputException(
          "--output: a run's files could not be written to %s (%s)"
              .formatted(directory, Reasons.of(e)),
          e);
    }
  }

  /**
   * Returns the files by their names.
   *
   * @throws RuntimeException that which the run failed with
   */
  public static Map<String, byte[]> open(byte[] parcel) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(parcel))) {
      for (ZipEntry next = zip.getNextEntry(); next != null; next = zip.getNextEntry()) {
        files.put(next.getName(), zip.readAllBytes());
      }
    }
    byte[] failure = files.get(FAILURE);
    if (failure != null) {
      throw failure(new String(failure, StandardCharsets.UTF_8));
    }
    return files;
  }

  private static List<String> inOrder(Map<String, byte[]> files) {
    return files.keySet().stream().sorted(Comparator.comparing(RESULT::equals)).toList();
  }

  private static void requireSame(Path directory, byte[] before, byte[] now) throws IOException {
    JsonNode first = JSON.readTree(before);
    JsonNode second = JSON.readTree(now);
    String firstHost = host(first);
    String secondHost = host(second);
    for (String aside : List.of("timing", "environment")) {
      first.findParents(aside).forEach(parent -> ((ObjectNode) parent).remove(aside));
      second.findParents(aside).forEach(parent -> ((ObjectNode) parent).remove(aside));
    }
    if (!first.equals(second)) {
      throw new InputException(
          "%s: expected the same result from a run that was carried out twice, found that %s and %s differ; do their processors?"
              .formatted(directory, firstHost, secondHost));
    }
  }

  private static String host(JsonNode result) {
    JsonNode environment = result.path("environment");
    return "%s (%s)"
        .formatted(
            environment.path("host").asText("this host"),
            environment.path("cpu").asText("unknown"));
  }

  /** Takes a directory and its files away. */
  public static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
