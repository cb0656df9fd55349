package dev.lockstep.bridge.frame;

import dev.lockstep.core.tensor.Tensor;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads frames one after another: 8 bytes with the length of the header, the header, and then the
 * tensors, one at a time and in order. A tensor that nobody wants takes no memory.
 */
public final class FrameReader {

  /** The longest header, in bytes. */
  public static final int MAX_HEADER = 16 << 20;

  private static final int CHUNK = 1 << 16;

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
    long length = Long.reverseBytes(in.readLong());
    if (length < 2 || length > MAX_HEADER) {
      throw new FrameException(
          "expected a header of 2 to %d bytes, found a length of %s"
              .formatted(MAX_HEADER, Long.toUnsignedString(length)));
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
