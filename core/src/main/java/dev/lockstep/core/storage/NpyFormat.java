package dev.lockstep.core.storage;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One array in NumPy's format: a magic number, a version, a header that is a Python dictionary, and
 * the elements. Failures are {@link IOException}s whose message says what was expected and found.
 */
public final class NpyFormat {

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** NumPy's own limit is 10,000 bytes: a longer header is no header. */
  private static final int MAX_HEADER = 1 << 16;

  /** NumPy pads the header so that the elements start at a multiple of this. */
  private static final int ALIGNMENT = 64;

  /** As many axes as NumPy's arrays can have. */
  private static final int MAX_RANK = 64;

  /** Doubles hold every whole number up to here. */
  private static final long MAX_WHOLE = 1L << 53;

  /** One item of the header: {@code 'descr': '<f8',}. */
  private static final Pattern ITEM =
      Pattern.compile("\\s*'(\\w+)'\\s*:\\s*('[^']*'|True|False|\\([\\d,\\s]*\\))\\s*(,|(?=}))");

  private record Header(String type, boolean fortranOrder, Shape shape) {}

  private NpyFormat() {}

  /**
   * Reads to the end of the stream.
   *
   * @param maxNumbers more elements are refused before they are read
   */
  public static Tensor read(InputStream stream, int maxNumbers) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    Header header;
    try {
      header = parse(headerText(in));
    } catch (EOFException e) {
      throw new IOException("expected a NumPy array, found the end of the entry in its header", e);
    }
    if (header.shape().size() > maxNumbers) {
      throw new IOException(
          "expected at most %d numbers left to read, found shape %s"
              .formatted(maxNumbers, header.shape()));
    }
    int width = header.type().charAt(2) - '0';
    int expected = Math.multiplyExact(header.shape().size(), width);
    byte[] content = in.readNBytes(expected);
    if (content.length < expected || in.read() != -1) {
      throw new IOException(
          "expected %d bytes for shape %s of %s, found %s"
              .formatted(
                  expected,
                  header.shape(),
                  header.type(),
                  content.length < expected ? content.length : "more"));
    }
    return tensor(header, content);
  }

  private static String headerText(DataInputStream in) throws IOException {
    byte[] magic = in.readNBytes(MAGIC.length);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new IOException(
          "expected a NumPy array, found bytes that do not start with its magic number");
    }
    int major = in.readUnsignedByte();
    int minor = in.readUnsignedByte();
    if (major < 1 || major > 3 || minor != 0) {
      throw new IOException(
          "expected format version 1.0, 2.0 or 3.0, found %d.%d".formatted(major, minor));
    }
    long length =
        major == 1
            ? Short.toUnsignedLong(Short.reverseBytes(in.readShort()))
            : Integer.toUnsignedLong(Integer.reverseBytes(in.readInt()));
    if (length > MAX_HEADER) {
      throw new IOException(
          "expected a header of at most %d bytes, found %d".formatted(MAX_HEADER, length));
    }
    byte[] text = new byte[(int) length];
    in.readFully(text);
    Charset charset = major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
    return new String(text, charset).strip();
  }

  private static Header parse(String text) throws IOException {
    Map<String, String> items = items(text);
    String descr = items.getOrDefault("descr", "");
    String order = items.getOrDefault("fortran_order", "");
    String shape = items.getOrDefault("shape", "");
    if (items.size() != 3
        || !descr.startsWith("'")
        || !(order.equals("True") || order.equals("False"))
        || !shape.startsWith("(")) {
      throw badHeader(text);
    }
    return new Header(type(descr), order.equals("True"), shape(shape));
  }

  private static Map<String, String> items(String text) throws IOException {
    if (!text.startsWith("{") || !text.endsWith("}")) {
      throw badHeader(text);
    }
    Map<String, String> items = new LinkedHashMap<>();
    Matcher item = ITEM.matcher(text);
    int position = 1;
    while (item.region(position, text.length()).lookingAt()) {
      if (items.put(item.group(1), item.group(2)) != null) {
        throw badHeader(text);
      }
      position = item.end();
    }
    if (!text.substring(position).strip().equals("}")) {
      throw badHeader(text);
    }
    return items;
  }

  private static IOException badHeader(String text) {
    return new IOException(
        "expected a header such as {'descr': '<f8', 'fortran_order': False, 'shape': (784, 50)},"
            + " found "
            + printable(text));
  }

  private static String type(String descr) throws IOException {
    String type = descr.substring(1, descr.length() - 1);
    if (!type.matches("[<>](f[48]|[iu][248])|[<>|][iub]1") || type.endsWith("u8")) {
      throw new IOException(
          "expected numbers (f8, f4, i8, i4, i2, i1, u4, u2, u1 or b1), found %s%s"
              .formatted(printable(type), instead(type)));
    }
    return type;
  }

  private static String instead(String type) {
    if (type.contains("U") || type.contains("S")) {
      return ", texts; save np.unique(…, return_inverse=True)[1], which numbers them";
    }
    if (type.contains("c")) {
      return ", complex numbers; save their parts as columns of their own";
    }
    return (type.contains("O") ? ", Python objects, which are not read" : "")
        + "; save it as .astype('<f8')";
  }

  private static Shape shape(String tuple) throws IOException {
    String inner = tuple.substring(1, tuple.length() - 1).strip();
    // A tuple of one ends with a comma: (50,)
    String[] lengths =
        inner.isEmpty() ? new String[0] : inner.replaceFirst("\\s*,$", "").split("\\s*,\\s*", -1);
    try {
      if (lengths.length > MAX_RANK) {
        throw new IllegalArgumentException(lengths.length + " axes");
      }
      return Shape.of(Arrays.stream(lengths).mapToInt(Integer::parseInt).toArray());
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "expected a shape of at most %d axes and 2^31 - 1 elements, found %s"
              .formatted(MAX_RANK, printable(tuple)),
          e);
    }
  }

  /** Keeps a hostile header from flooding or colouring the terminal it is reported on. */
  static String printable(String text) {
    String clean = text.replaceAll("[^\\x20-\\x7e]", "?");
    return clean.length() <= 200 ? clean : clean.substring(0, 200) + "…";
  }

  private static Tensor tensor(Header header, byte[] content) throws IOException {
    ByteOrder order =
        header.type().charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    ByteBuffer bytes = ByteBuffer.wrap(content).order(order);
    IntToDoubleFunction element =
        switch (header.type().substring(1)) {
          case "f8" -> i -> bytes.getDouble(8 * i);
          case "f4" -> i -> bytes.getFloat(4 * i);
          case "i8" -> i -> bytes.getLong(8 * i);
          case "u4" -> i -> Integer.toUnsignedLong(bytes.getInt(4 * i));
          case "i2" -> i -> bytes.getShort(2 * i);
          case "u2" -> i -> Short.toUnsignedInt(bytes.getShort(2 * i));
          case "i1" -> bytes::get;
          case "u1", "b1" -> i -> Byte.toUnsignedInt(bytes.get(i));
          default -> i -> bytes.getInt(4 * i);
        };
    if (header.type().endsWith("i8")) {
      requireExact(bytes);
    }
    Tensor tensor = Tensor.zeros(header.shape());
    for (int i = 0; i < tensor.size(); i++) {
      int from = header.fortranOrder() ? columnMajor(header.shape(), i) : i;
      tensor.data()[i] = element.applyAsDouble(from);
    }
    return tensor;
  }

  private static void requireExact(ByteBuffer bytes) throws IOException {
    for (int i = 0; i < bytes.limit(); i += 8) {
      long value = bytes.getLong(i);
      if (value > MAX_WHOLE || value < -MAX_WHOLE) {
        throw new IOException(
            "expected whole numbers up to 2^53, which doubles hold exactly, found " + value);
      }
    }
  }

  /** Returns where an element, given by its row-major position, stands in Fortran order. */
  private static int columnMajor(Shape shape, int position) {
    int[] index = shape.indexOf(position);
    int result = 0;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      result = result * shape.length(axis) + index[axis];
    }
    return result;
  }

  /** Returns everything before the elements, in format version 1.0. */
  public static byte[] header(Shape shape) {
    String lengths =
        IntStream.of(shape.toArray()).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    String text =
        "{'descr': '<f8', 'fortran_order': False, 'shape': (%s%s), }"
            .formatted(lengths, shape.rank() == 1 ? "," : "");
    int fixed = MAGIC.length + 2 + 2;
    int total = (fixed + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] header = new byte[total];
    Arrays.fill(header, (byte) ' ');
    header[total - 1] = '\n';
    ByteBuffer.wrap(header)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) (total - fixed))
        .put(text.getBytes(StandardCharsets.US_ASCII));
    return header;
  }

  /** Returns the elements, 64-bit, little-endian, row-major. */
  public static byte[] content(Tensor tensor) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * tensor.size()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(tensor.data());
    return bytes.array();
  }
}
