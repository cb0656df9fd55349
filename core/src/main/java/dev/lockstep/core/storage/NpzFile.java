package dev.lockstep.core.storage;

import dev.lockstep.core.InputException;
import dev.lockstep.core.WholeFile;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.wording.Reasons;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Tensors by path in a NumPy archive: {@code affine1/W} is the entry {@code affine1/W.npy}. Written
 * so that {@code numpy.load} reads it, and reads what {@code numpy.savez} and {@code
 * numpy.savez_compressed} write.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">NumPy's
 *     description of the format</a>
 */
public final class NpzFile {

  /** The most numbers that one file may hold: 256 MiB of them, whatever the archive claims. */
  static final int MAX_NUMBERS = 1 << 25;

  private static final String SUFFIX = ".npy";

  /** The entry with the text that may accompany tensors. */
  private static final String DESCRIPTION = "description.json";

  /** A hundred times what describes a run with 400 observed steps of a large network. */
  private static final int MAX_DESCRIPTION = 1 << 28;

  /** Names separated by slashes: no empty one, no backslash, nothing invisible. */
  private static final Pattern PATH = Pattern.compile("[^/\\\\\\p{Cntrl}]+(/[^/\\\\\\p{Cntrl}]+)*");

  private static final Pattern DOTS = Pattern.compile("(.*/)?\\.\\.?(/.*)?");

  /** Java adds the time zone's own reading of the first second of 1980, but of no later one. */
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

  private NpzFile() {}

  /**
   * Reads every tensor of a file, in the file's order. Numbers of any supported type (64- and
   * 32-bit, floating-point and integer, either byte order) become doubles; an array in Fortran
   * order becomes row-major.
   *
   * @throws InputException if the file is missing, damaged or too large, or an entry is no plain
   *     array of numbers; naming file, entry, what was expected and what was found
   */
  public static Map<String, Tensor> read(Path file) {
    return read(file, MAX_NUMBERS);
  }

  /**
   * Reads the tensors that are expected; others in the file are left out.
   *
   * @param expected shape by path
   * @return in the order of {@code expected}
   * @throws InputException as {@link #read(Path)}, and if a path is missing or of another shape
   */
  public static Map<String, Tensor> read(Path file, Map<String, Shape> expected) {
    Map<String, Tensor> found = read(file);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    expected.forEach(
        (path, shape) -> {
          Tensor tensor = found.get(path);
          if (tensor == null) {
            throw new InputException(
                at(file, path + SUFFIX)
                    + "expected shape %s, found only %s".formatted(shape, found.keySet()));
          }
          if (!tensor.shape().equals(shape)) {
            throw new InputException(
                at(file, path + SUFFIX)
                    + "expected shape %s, found %s".formatted(shape, tensor.shape()));
          }
          tensors.put(path, tensor);
        });
    return tensors;
  }

  /**
   * Reads as {@link #read(Path)} does, up to a limit of one's own.
   *
   * @param maxNumbers that all arrays together may hold
   */
  public static Map<String, Tensor> read(Path file, int maxNumbers) {
    return readDescribed(file, maxNumbers, false).tensors();
  }

  /**
   * Tensors and a text that says what they are.
   *
   * @param description JSON
   */
  public record Described(String description, Map<String, Tensor> tensors) {}

  /**
   * Reads what {@link #write(Path, Described)} wrote.
   *
   * @param maxNumbers the most that such a file needs
   * @throws InputException as {@link #read(Path)}, and if there is no description
   */
  public static Described readDescribed(Path file, int maxNumbers) {
    return readDescribed(file, maxNumbers, true);
  }

  private static Described readDescribed(Path file, int maxNumbers, boolean described) {
    try (ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8)) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      int left = maxNumbers;
      String description = null;
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (described && entry.getName().equals(DESCRIPTION)) {
          if (description != null) {
            throw new InputException(at(file, entry.getName()) + "expected once, found twice");
          }
          description = text(file, zip, entry);
          continue;
        }
        String path = path(file, entry.getName());
        Tensor tensor = read(file, zip, entry, left);
        left -= tensor.size();
        if (tensors.put(path, tensor) != null) {
          throw new InputException(at(file, entry.getName()) + "expected once, found twice");
        }
      }
      if (described && description == null) {
        throw new InputException(at(file, DESCRIPTION) + "expected a description, found none");
      }
      return new Described(description == null ? "" : description, tensors);
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": expected a NumPy archive (.npz), found no such file", e);
    } catch (IOException e) {
      throw new InputException(
          "%s: expected a NumPy archive (.npz), found a file that cannot be read as one: %s"
              .formatted(file, Reasons.of(e)),
          e);
    }
  }

  /**
   * Reads one array that stands in a file of its own, {@code .npy}.
   *
   * @param maxNumbers that it may hold
   * @throws InputException if it is missing, damaged, too large or no plain array of numbers
   */
  public static Tensor readArray(Path file, int maxNumbers) {
    try (InputStream in = Files.newInputStream(file)) {
      return NpyFormat.read(in, maxNumbers);
    } catch (IOException e) {
      throw new InputException(file + ": " + Reasons.of(e), e);
    }
  }

  private static String path(Path file, String name) {
    String path = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : "";
    if (!isPath(path)) {
      throw new InputException(
          at(file, NpyFormat.printable(name))
              + "expected a name such as affine1/W.npy: names, slashes and .npy at the end");
    }
    return path;
  }

  private static boolean isPath(String path) {
    return PATH.matcher(path).matches() && !DOTS.matcher(path).matches();
  }

  private static Tensor read(Path file, ZipFile zip, ZipEntry entry, int maxNumbers) {
    return read(file, zip, entry, in -> NpyFormat.read(in, maxNumbers));
  }

  private static String text(Path file, ZipFile zip, ZipEntry entry) {
    byte[] bytes =
        read(
            file,
            zip,
            entry,
            in -> {
              byte[] read = in.readNBytes(MAX_DESCRIPTION);
              if (in.read() >= 0) {
                throw new IOException(
                    "expected at most %d bytes, found more".formatted(MAX_DESCRIPTION));
              }
              return read;
            });
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Reads an entry to its end. */
  @FunctionalInterface
  private interface EntryReader<T> {
    T read(InputStream in) throws IOException;
  }

  private static <T> T read(Path file, ZipFile zip, ZipEntry entry, EntryReader<T> reader) {
    try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
      T content = reader.read(in);
      if (in.getChecksum().getValue() != entry.getCrc()) {
        throw new IOException(
            "expected the checksum %08x, found %08x: the file is damaged"
                .formatted(entry.getCrc(), in.getChecksum().getValue()));
      }
      return content;
    } catch (IOException e) {
      throw new InputException(at(file, entry.getName()) + Reasons.of(e), e);
    }
  }

  private static String at(Path file, String entry) {
    return "%s: entry %s: ".formatted(file, entry);
  }

  /**
   * Writes tensors as 64-bit little-endian numbers, uncompressed, in the order of the map: the same
   * tensors give the same bytes. The file is there whole or not at all; one that is there already
   * is replaced.
   *
   * @throws InputException if it cannot be written
   * @throws IllegalArgumentException if a path is no path or there is more than can be read again
   */
  public static void write(Path file, Map<String, Tensor> tensors) {
    long numbers = 0;
    for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
      numbers += tensor.getValue().size();
      if (!isPath(tensor.getKey()) || numbers > MAX_NUMBERS) {
        throw new IllegalArgumentException(
            "npz: expected paths such as affine1/W and at most %d numbers, found %s and %d"
                .formatted(MAX_NUMBERS, tensor.getKey(), numbers));
      }
    }
    try {
      WholeFile.write(file, out -> writeArchive(out, null, tensors));
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be written (%s): choose a file in a directory that exists and is writable"
              .formatted(file, Reasons.of(e)),
          e);
    }
  }

  /**
   * Writes tensors, however many, with their description before them. NumPy reads the tensors as
   * from any other archive.
   */
  public static void write(Path file, Described described) throws IOException {
    WholeFile.write(file, out -> writeArchive(out, described.description(), described.tensors()));
  }

  private static void writeArchive(
      OutputStream out, @Nullable String description, Map<String, Tensor> tensors)
      throws IOException {
    ZipOutputStream zip = new ZipOutputStream(out);
    if (description != null) {
      byte[] content = description.getBytes(StandardCharsets.UTF_8);
      write(zip, DESCRIPTION, content, new byte[0]);
    }
    for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
      write(
          zip,
          tensor.getKey() + SUFFIX,
          NpyFormat.header(tensor.getValue().shape()),
          NpyFormat.content(tensor.getValue()));
    }
    zip.finish();
  }

  /** Neither compressed nor dated: compression differs between versions of its library. */
  private static void write(ZipOutputStream zip, String name, byte[] header, byte[] content)
      throws IOException {
    CRC32 checksum = new CRC32();
    checksum.update(header);
    checksum.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(header.length + (long) content.length);
    entry.setCrc(checksum.getValue());
    entry.setTimeLocal(NO_TIME);
    zip.putNextEntry(entry);
    zip.write(header);
    zip.write(content);
    zip.closeEntry();
  }
}
