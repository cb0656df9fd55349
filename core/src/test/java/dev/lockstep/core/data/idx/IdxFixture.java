package dev.lockstep.core.data.idx;

import dev.lockstep.core.data.mnist.Mnist;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** A tiny data set in IDX files, put together byte by byte and not by the code under test. */
public final class IdxFixture {

  public static final int IMAGES_MAGIC = 0x00000803;
  public static final int LABELS_MAGIC = 0x00000801;

  private IdxFixture() {}

  /** Returns an IDX file: big-endian magic number and lengths, then the bytes. */
  public static byte[] idx(int magic, int[] lengths, byte... elements) {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * lengths.length + elements.length);
    file.putInt(magic);
    for (int length : lengths) {
      file.putInt(length);
    }
    return file.put(elements).array();
  }

  /** Three training images of 2 × 3 pixels and two test images, labels 0 to 2. */
  public static Map<IdxPart, byte[]> set() {
    Map<IdxPart, byte[]> set = new EnumMap<>(IdxPart.class);
    set.put(IdxPart.TRAIN_IMAGES, idx(IMAGES_MAGIC, new int[] {3, 2, 3}, counting(18)));
    set.put(IdxPart.TRAIN_LABELS, idx(LABELS_MAGIC, new int[] {3}, (byte) 2, (byte) 0, (byte) 1));
    set.put(IdxPart.TEST_IMAGES, idx(IMAGES_MAGIC, new int[] {2, 2, 3}, counting(12)));
    set.put(IdxPart.TEST_LABELS, idx(LABELS_MAGIC, new int[] {2}, (byte) 1, (byte) 0));
    return set;
  }

  /** Returns the tiny set as if it were MNIST. */
  public static Mnist asMnist() {
    Map<IdxPart, String> checksums = new EnumMap<>(IdxPart.class);
    set().forEach((part, content) -> checksums.put(part, sha256(content)));
    return new Mnist(checksums);
  }

  /** Writes the tiny set, gzipped and under the published names. */
  public static Path write(Path directory) throws IOException {
    Files.createDirectories(directory);
    for (Map.Entry<IdxPart, byte[]> part : set().entrySet()) {
      Files.write(directory.resolve(part.getKey().fileName()), gzip(part.getValue()));
    }
    return directory;
  }

  public static byte[] gzip(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  public static String sha256(byte[]... contents) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] content : contents) {
        digest.update(content);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns 0, 10, 20, … */
  public static byte[] counting(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (10 * i);
    }
    return bytes;
  }
}
