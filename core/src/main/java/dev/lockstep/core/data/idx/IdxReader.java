package dev.lockstep.core.data.idx;

import dev.lockstep.core.InputException;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.wording.Reasons;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads IDX files, the format of MNIST: a magic number, the lengths of the axes, then bytes.
 *
 * <p>Plain and gzipped files are told apart by their content. A file is read to its announced end
 * and not a byte further, so that neither a false header nor a gzip bomb takes more memory than the
 * file can fill.
 *
 * <p>Source of the format: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
 */
public final class IdxReader {

  /**
   * The largest content that is read: twice EMNIST ByClass (0.55 GB), the largest published set in
   * this format that fits a Java array.
   */
  public static final long MAX_ELEMENTS = 1L << 30;

  /**
   * How many bytes one byte of a gzip file can unfold to: Deflate's longest match, 258 bytes, takes
   * at least two bits (RFC 1951).
   */
  public static final int MAX_GZIP_RATIO = 1032;

  private static final int GZIP_MAGIC = 0x1f8b;
  public static final int BUFFER = 1 << 13;

  private final Path file;
  private final int rank;

  private IdxReader(Path file, int rank) {
    this.file = file;
    this.rank = rank;
  }

  /**
   * @param rank the number of axes expected: 3 for images, 1 for labels
   * @throws InputException if the file is missing or anything in it is not as expected
   */
  public static Idx read(Path file, int rank) {
    if (!Files.isRegularFile(file)) {
      throw new InputException(
          "%s: expected an IDX file, found %s"
              .formatted(file, Files.exists(file) ? "something else" : "nothing"));
    }
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, Files.size(file), file, rank);
    } catch (IOException e) {
      throw new InputException("%s: cannot be read: %s".formatted(file, Reasons.of(e)), e);
    }
  }

  /**
   * @param fileSize in bytes, which bounds what the content can be
   * @param file for messages
   */
  public static Idx read(InputStream in, long fileSize, Path file, int rank) throws IOException {
    IdxReader reader = new IdxReader(file, rank);
    InputStream buffered = new BufferedInputStream(in, BUFFER);
    if (!startsAsGzip(buffered)) {
      return reader.content(buffered, fileSize);
    }
    try {
      InputStream unzipped = new GZIPInputStream(buffered, BUFFER);
      return reader.content(unzipped, fileSize * MAX_GZIP_RATIO);
    } catch (ZipException e) {
      throw reader.failure("sound gzip data", "damage (" + e.getMessage() + ")", e);
    } catch (EOFException e) {
      throw reader.failure("a whole gzip file", "one that is cut off", e);
    }
  }

  private static boolean startsAsGzip(InputStream in) throws IOException {
    in.mark(2);
    int start = (in.read() << Byte.SIZE) | in.read();
    in.reset();
    return start == GZIP_MAGIC;
  }

  private Idx content(InputStream in, long mostBytes) throws IOException {
    checkMagic(in.readNBytes(Integer.BYTES));
    int headerBytes = Integer.BYTES * rank;
    byte[] header = in.readNBytes(headerBytes);
    if (header.length < headerBytes) {
      throw failure("the lengths of %d axes".formatted(rank), "the end of the file");
    }
    Shape shape = shape(ByteBuffer.wrap(header));
    String announced = "%d bytes for %s".formatted(shape.size(), shape);
    if (shape.size() > mostBytes) {
      throw failure(announced, "a file that is too short for them");
    }
    byte[] elements = in.readNBytes(shape.size());
    if (elements.length < shape.size()) {
      throw failure(announced, elements.length + ", the file is cut off");
    }
    if (in.read() >= 0) {
      throw failure(announced, "more, the file goes on after them");
    }
    return new Idx(file, shape, elements);
  }

  private void checkMagic(byte[] start) {
    int expected = Idx.UNSIGNED_BYTES | rank;
    if (start.length < Integer.BYTES || ByteBuffer.wrap(start).getInt() != expected) {
      throw failure(
          "the magic number 0x%08X (unsigned bytes, %d axes)".formatted(expected, rank),
          described(start));
    }
  }

  private static String described(byte[] start) {
    if (start.length < Integer.BYTES) {
      return "a file of " + start.length + " bytes";
    }
    String text = new String(start, StandardCharsets.ISO_8859_1);
    boolean readable =
        text.chars().allMatch(c -> (c >= ' ' && c <= '~') || Character.isWhitespace(c));
    String number = "0x%08X".formatted(ByteBuffer.wrap(start).getInt());
    if (!readable) {
      return number;
    }
    boolean markup = text.stripLeading().startsWith("<");
    return "%s, the text \"%s\"%s"
        .formatted(number, text.strip(), markup ? ": a web page instead of the file?" : "");
  }

  private Shape shape(ByteBuffer header) {
    int[] lengths = new int[rank];
    long elements = 1;
    for (int axis = 0; axis < rank; axis++) {
      long length = Integer.toUnsignedLong(header.getInt());
      elements *= length;
      if (length == 0 || elements > MAX_ELEMENTS) {
        throw failure(
            "axes of at least 1 and at most %d bytes in all".formatted(MAX_ELEMENTS),
            "a length of %d on axis %d".formatted(length, axis));
      }
      lengths[axis] = (int) length;
    }
    return Shape.of(lengths);
  }

  private InputException failure(String expected, String found) {
    return new InputException(message(expected, found));
  }

  private InputException failure(String expected, String found, Throwable cause) {
    return new InputException(message(expected, found), cause);
  }

  private String message(String expected, String found) {
    return String.format(Locale.ROOT, "%s: expected %s, found %s", file, expected, found);
  }
}
