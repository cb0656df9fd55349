package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.sources.Datasets;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.datavec.api.split.FileSplit;
import org.datavec.api.split.InputSplit;
import org.jspecify.annotations.Nullable;

/**
 * MNIST, or any other set in IDX files, as DataVec's records, in the order of the files.
 *
 * <p>A {@code FileSplit} of a directory that does not exist makes an empty file in its place: look
 * before.
 */
public final class IdxRecordReader extends DigitRecordReader {

  private static final long serialVersionUID = 1L;

  private final boolean train;
  private transient @Nullable Path directory;
  private transient @Nullable Split images;

  /**
   * @param train true for the images to train on, false for those to test with
   */
  public IdxRecordReader(boolean train) {
    this.train = train;
  }

  /**
   * @param split a {@code FileSplit} of the directory that holds the four files, plain or gzipped
   * @throws dev.lockstep.core.InputException if one is missing or damaged
   */
  @Override
  public void initialize(InputSplit split) throws IOException, InterruptedException {
    super.initialize(split);
    if (!(split instanceof FileSplit files)) {
      throw new IllegalArgumentException(
          "expected a FileSplit of a directory with IDX files, found " + split.getClass());
    }
    directory = files.getRootDir().toPath();
    Dataset dataset = Datasets.readIdx(directory);
    images = train ? dataset.train() : dataset.test();
    reset();
  }

  private Split images() {
    return initialized(images);
  }

  @Override
  int size() {
    return images().size();
  }

  @Override
  byte[] pixels(int index) {
    byte[] pixels = new byte[images().image().size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) images().pixel(index, i);
    }
    return pixels;
  }

  @Override
  int label(int index) {
    return images().label(index);
  }

  /** Returns the directory: the images have no files of their own. */
  @Override
  URI location(int index) {
    return initialized(directory).toUri();
  }

  /** Returns the classes by their numbers. */
  @Override
  public List<String> getLabels() {
    return IntStream.range(0, images().classes()).mapToObj(Integer::toString).toList();
  }
}
