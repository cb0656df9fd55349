package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.data.Split;
import java.net.URI;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Labelled images that core holds, from IDX files or anywhere else, as DataVec's records. There is
 * nothing to initialize.
 */
public final class SplitRecordReader extends DigitRecordReader {

  private static final long serialVersionUID = 1L;

  private final transient Split split;

  public SplitRecordReader(Split split) {
    this.split = split;
  }

  @Override
  int size() {
    return split.size();
  }

  @Override
  byte[] pixels(int index) {
    byte[] pixels = new byte[split.image().size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) split.pixel(index, i);
    }
    return pixels;
  }

  @Override
  int label(int index) {
    return split.label(index);
  }

  /** Returns null: the images are in memory. */
  @Override
  @Nullable URI location(int index) {
    return null;
  }

  /** Returns the classes by their numbers. */
  @Override
  public List<String> getLabels() {
    return IntStream.range(0, split.classes()).mapToObj(Integer::toString).toList();
  }
}
