package dev.lockstep.experiments.work;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.WholeFile;
import dev.lockstep.core.compare.NothingComparedException;
import dev.lockstep.core.model.ModelFailedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
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
  private static final String LAST = "result.json";

  private Parcel() {}

  /** Returns a directory's files, which are not themselves directories. */
  public static byte[] of(Path directory) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (Stream<Path> all = Files.list(directory)) {
      for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
        files.put(String.valueOf(file.getFileName()), Files.readAllBytes(file));
      }
    }
    return zipped(files);
  }

  /** Returns why there are no files, with the name of this host. */
  public static byte[] failure(Throwable why) {
    String kind =
        why instanceof InputException
            ? "input"
            : why instanceof UsageException
                ? "usage"
                : why instanceof ModelFailedException
                    ? "model"
                    : why instanceof NothingComparedException ? "nothing" : "internal";
    String message = kind.equals("internal") ? why.toString() : String.valueOf(why.getMessage());
    String said = kind + "\n" + message + " (on " + host() + ")";
    try {
      return zipped(Map.of(FAILURE, said.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the name of the machine that this process runs on. */
  public static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "a host without a name";
    }
  }

  private static byte[] zipped(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue());
        zip.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  /**
   * Writes the files into a directory, each complete or not at all, the result last.
   *
   * @throws RuntimeException that which the run failed with
   * @throws InputException if they cannot be written
   */
  public static void unpack(byte[] parcel, Path directory) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(parcel))) {
      for (ZipEntry next = zip.getNextEntry(); next != null; next = zip.getNextEntry()) {
        files.put(next.getName(), zip.readAllBytes());
      }
      byte[] failure = files.remove(FAILURE);
      if (failure != null) {
        throw failure(new String(failure, StandardCharsets.UTF_8));
      }
      Files.createDirectories(directory);
      for (String name : inOrder(files)) {
        byte[] content = files.getOrDefault(name, new byte[0]);
        WholeFile.write(directory.resolve(name), out -> out.write(content));
      }
    } catch (IOException e) {
      throw new InputException(
          "--output: a run's files could not be written to %s (%s)".formatted(directory, e), e);
    }
  }

  private static List<String> inOrder(Map<String, byte[]> files) {
    return files.keySet().stream().sorted(Comparator.comparing(LAST::equals)).toList();
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

  /** Takes a directory and its files away. */
  public static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
