package dev.lockstep.report.scalars;

import dev.lockstep.core.result.RunResult;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A run's curves as TensorBoard reads them: a folder for each side and one for their differences,
 * with an event file in it.
 *
 * <p>An event file is a sequence of TFRecords: the length as 64 bits, its checksum, the content,
 * its checksum, all little-endian. A checksum is CRC-32C, rotated and moved by a constant. The
 * content is a message of TensorFlow's {@code event.proto} in the encoding of Protocol Buffers.
 */
public final class TensorBoard {

  private static final int MASK = 0xa282ead8;

  /** How the encoding of Protocol Buffers writes a field. */
  private static final int VARINT = 0;

  private static final int SIXTY_FOUR_BITS = 1;
  private static final int LENGTH_FIRST = 2;
  private static final int THIRTY_TWO_BITS = 5;

  private TensorBoard() {}

  /**
   * Returns what files hold, by their path within the folder that TensorBoard is shown.
   *
   * @param written the time that every event bears: a run keeps none
   */
  public static Map<String, byte[]> files(RunResult result, Instant written) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    double seconds = written.toEpochMilli() / 1000.0;
    Stream.of(Scalars.reference(result), Scalars.candidate(result), Scalars.differences(result))
        .filter(scalars -> !scalars.curves().isEmpty())
        .forEach(
            scalars ->
                files.put(
                    "%s/events.out.tfevents.%d.lockstep"
                        .formatted(scalars.name(), written.getEpochSecond()),
                    events(scalars, seconds)));
    return files;
  }

  private static byte[] events(Scalars scalars, double seconds) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    // Event: wall_time = 1, step = 2, file_version = 3, summary = 5
    record(out, join(real(1, seconds), bytes(3, "brain.Event:2".getBytes(StandardCharsets.UTF_8))));
    scalars
        .curves()
        .forEach(
            (name, points) ->
                points.forEach(
                    (step, value) ->
                        record(
                            out,
                            join(
                                real(1, seconds),
                                whole(2, step),
                                bytes(5, bytes(1, value(name, value)))))));
    return out.toByteArray();
  }

  /** Summary.Value: tag = 1, simple_value = 2. */
  private static byte[] value(String tag, double value) {
    return join(
        bytes(1, tag.getBytes(StandardCharsets.UTF_8)),
        join(key(2, THIRTY_TWO_BITS), little(4).putFloat((float) value).array()));
  }

  private static byte[] real(int field, double value) {
    return join(key(field, SIXTY_FOUR_BITS), little(8).putDouble(value).array());
  }

  private static byte[] whole(int field, long value) {
    return join(key(field, VARINT), varint(value));
  }

  private static byte[] bytes(int field, byte[] content) {
    return join(key(field, LENGTH_FIRST), varint(content.length), content);
  }

  private static byte[] key(int field, int form) {
    return varint(((long) field << 3) | form);
  }

  /** Seven bits a byte, the lowest first; all bytes but the last have their highest bit set. */
  private static byte[] varint(long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
    return out.toByteArray();
  }

  private static void record(ByteArrayOutputStream out, byte[] content) {
    byte[] length = little(8).putLong(content.length).array();
    out.writeBytes(length);
    out.writeBytes(checksum(length));
    out.writeBytes(content);
    out.writeBytes(checksum(content));
  }

  private static byte[] checksum(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return little(4).putInt(Integer.rotateRight((int) crc.getValue(), 15) + MASK).array();
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
