package dev.lockstep.bridge.frame;

import dev.lockstep.core.tensor.Tensor;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Reads frames one after another: 8 bytes with the length of the header, the header, and then the
 * tensors, one at a time and in order. A tensor that nobody wants takes no memory.
 */
public final class FrameReader {

  /** The longest header, in bytes. */
  public static final int MAX_HEADER = 16 << 20;

  private static final int CHUNK = 1 << 16;

  /** As much of a text that is no frame as a message shows. */
  private static final int LONGEST_TEXT = 200;

  private final DataInputStream in;
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);

  public FrameReader(InputStream in) {
    this.in = new DataInputStream(in);
  }

  /**
   * Reads the next frame up to its tensors, which are to be read or skipped before the one after.
   *
   * @param maxNumbers the most numbers that the frame may hold
   * @throws EOFException if the stream ends, before the frame or within it
   * @throws FrameException if this is no frame, or one beyond its limits
   */
  public Header header(long maxNumbers) throws IOException {
    byte[] start = in.readNBytes(Long.BYTES);
    if (start.length == 0) {
      throw new EOFException();
    }
    long length =
        ByteBuffer.wrap(Arrays.copyOf(start, Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (start.length < Long.BYTES || length < 2 || length > MAX_HEADER) {
      throw noFrame(start, length);
    }
    byte[] text = in.readNBytes((int) length);
    if (text.length < length) {
      throw new EOFException();
    }
    Header header = HeaderText.read(text);
    long numbers = header.entries().stream().mapToLong(entry -> entry.shape().size()).sum();
    if (numbers > maxNumbers) {
      throw new FrameException(
          "expected at most %d numbers in one frame, found %d".formatted(maxNumbers, numbers));
    }
    return header;
  }

  /** A program that prints among its answers is the likeliest cause: what it printed is shown. */
  private FrameException noFrame(byte[] start, long length) throws IOException {
    byte[] more = in.readNBytes(Math.min(in.available(), LONGEST_TEXT));
    byte[] all = Arrays.copyOf(start, start.length + more.length);
    System.arraycopy(more, 0, all, start.length, more.length);
    String text = new String(all, StandardCharsets.UTF_8).strip();
    if (IntStream.range(0, start.length).allMatch(i -> start[i] >= ' ' || start[i] == '\n')) {
      return new FrameException(
          "expected a frame, found the text '%s'".formatted(Printable.of(text)));
    }
    return new FrameException(
        start.length < Long.BYTES
            ? "expected a frame, found %d bytes and the end".formatted(start.length)
            : "expected a header of 2 to %d bytes, found a length of %s"
                .formatted(MAX_HEADER, Long.toUnsignedString(length)));
  }

  /**
   * Reads the next tensor.
   *
   * @throws EOFException if the stream ends within it
   */
  public Tensor read(Header.Entry entry) throws IOException {
    Tensor tensor = Tensor.zeros(entry.shape());
    int perChunk = CHUNK / entry.type().width();
    int count;
    for (int from = 0; from < tensor.size(); from += count) {
      count = Math.min(perChunk, tensor.size() - from);
      in.readFully(chunk.array(), 0, count * entry.type().width());
      entry.type().read(chunk.clear(), tensor.data(), from, count);
    }
    return tensor;
  }

  /** Leaves the next tensor out. */
  public void skip(Header.Entry entry) throws IOException {
    in.skipNBytes((long) entry.shape().size() * entry.type().width());
  }
}
