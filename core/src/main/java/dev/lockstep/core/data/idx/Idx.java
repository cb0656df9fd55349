package dev.lockstep.core.data.idx;

import dev.lockstep.core.data.Sha256;
import dev.lockstep.core.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;

/** What an IDX file of unsigned bytes holds. */
public final class Idx {

  /** The magic number of unsigned bytes, without the number of axes in its last byte. */
  public static final int UNSIGNED_BYTES = 0x0800;

  private final Path file;
  private final Shape shape;
  private final byte[] elements;

  /**
   * @param file it was read from
   * @param shape items × …
   * @param elements row-major, 0 to 255; not copied
   */
  public Idx(Path file, Shape shape, byte[] elements) {
    this.file = file;
    this.shape = shape;
    this.elements = elements;
  }

  public Path file() {
    return file;
  }

  public Shape shape() {
    return shape;
  }

  public byte[] elements() {
    return elements;
  }

  /** Returns the number of images or labels. */
  public int items() {
    return shape.length(0);
  }

  /** Returns the SHA-256 of the uncompressed file, its header included. */
  public String sha256() {
    ByteBuffer header = ByteBuffer.allocate(Integer.BYTES * (1 + shape.rank()));
    header.putInt(UNSIGNED_BYTES | shape.rank());
    for (int length : shape.toArray()) {
      header.putInt(length);
    }
    MessageDigest digest = Sha256.digest();
    digest.update(header.flip());
    digest.update(elements);
    return Sha256.hex(digest);
  }
}
