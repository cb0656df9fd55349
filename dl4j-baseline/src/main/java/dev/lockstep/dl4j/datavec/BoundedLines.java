package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Locale;

/** Refuses a text whose lines do not end: DataVec would read such a line whole into memory. */
final class BoundedLines extends FilterInputStream {

  /** Enough for 1024 × 512 pixels of three digits and a comma each. */
  static final int MAX_LINE_BYTES = 1 << 21;

  private final Path file;
  private int line = 1;
  private int length;

  BoundedLines(Path file, InputStream in) {
    super(in);
    this.file = file;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    if (value >= 0) {
      count((byte) value);
    }
    return value;
  }

  @Override
  public int read(byte[] bytes, int from, int size) throws IOException {
    int read = super.read(bytes, from, size);
    for (int i = from; i < from + read; i++) {
      count(bytes[i]);
    }
    return read;
  }

  private void count(byte value) {
    if (value == '\n' || value == '\r') {
      line += value == '\n' ? 1 : 0;
      length = 0;
    } else if (++length > MAX_LINE_BYTES) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s:%d: expected at most %d bytes in a line, found more; is this a CSV file?",
              file,
              line,
              MAX_LINE_BYTES));
    }
  }
}
