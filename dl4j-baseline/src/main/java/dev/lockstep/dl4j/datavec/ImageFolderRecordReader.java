package dev.lockstep.dl4j.datavec;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.datavec.api.split.InputSplit;
import org.datavec.api.writable.Writable;
import org.jspecify.annotations.Nullable;

/**
 * Images in one folder per label, PNG or JPEG of any size, each brought into MNIST's form by {@link
 * DigitImage}: what DataVec's {@code ImageRecordReader} does with OpenCV, for digits without it.
 *
 * <p>Images come in the order of their file names, whatever their folder, so that a data set that
 * was written out as {@code 7/00000.png, 2/00001.png, …} is read back in its order. Other files are
 * passed over.
 */
public final class ImageFolderRecordReader extends DigitRecordReader {

  private static final long serialVersionUID = 1L;

  private static final Comparator<Path> BY_NAME_THEN_FOLDER =
      Comparator.comparing((Path file) -> nameOf(file), NaturalOrder.NAMES)
          .thenComparing(ImageFolderRecordReader::folderOf, NaturalOrder.NAMES);

  private transient List<Path> files = List.of();
  private transient @Nullable FolderLabels labels;

  /**
   * @param split whose locations are files
   */
  @Override
  public void initialize(InputSplit split) throws IOException, InterruptedException {
    super.initialize(split);
    List<Path> found = new ArrayList<>();
    split.locationsIterator().forEachRemaining(location -> found.add(Path.of(location)));
    found.removeIf(file -> !isImage(file));
    found.sort(BY_NAME_THEN_FOLDER);
    files = found;
    if (labels == null) {
      labels =
          new FolderLabels(
              "the images", files.stream().map(ImageFolderRecordReader::folderOf).toList(), true);
    }
    reset();
  }

  /** Tells by the name, hidden files aside. */
  static boolean isImage(Path file) {
    String name = nameOf(file).toLowerCase(Locale.ROOT);
    return !name.startsWith(".")
        && (name.endsWith(".png") || name.endsWith(".jpg") || name.endsWith(".jpeg"));
  }

  private static String nameOf(Path file) {
    return Objects.requireNonNull(file.getFileName(), "a file has a name").toString();
  }

  private static String folderOf(Path file) {
    return nameOf(
        Objects.requireNonNull(file.toAbsolutePath().getParent(), "an image is in a folder"));
  }

  private FolderLabels folders() {
    return initialized(labels);
  }

  /** Returns a name for every class, the first for class 0. */
  @Override
  public List<String> getLabels() {
    return folders().names();
  }

  @Override
  int size() {
    return files.size();
  }

  @Override
  byte[] pixels(int index) {
    return DigitImage.read(files.get(index));
  }

  @Override
  int label(int index) {
    return folders().classOf(folderOf(files.get(index)));
  }

  @Override
  URI location(int index) {
    return files.get(index).toUri();
  }

  @Override
  public List<Writable> record(URI uri, DataInputStream stream) throws IOException {
    Path file = Path.of(uri);
    GreyImage image = GreyImage.of(ImageDecoder.read(stream, file.toString()));
    return record(DigitImage.of(image, file.toString()), folders().classOf(folderOf(file)));
  }
}
