package dev.lockstep.core.data.idx;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.tensor.Shape;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The four IDX files of a data set, found in a directory. */
public final class IdxFiles {

  private final Map<IdxPart, Path> files;

  private IdxFiles(Map<IdxPart, Path> files) {
    this.files = files;
  }

  /**
   * @return empty if the directory has none of the four files
   * @throws InputException if it has some of them only
   */
  public static Optional<IdxFiles> in(Path directory) {
    Map<IdxPart, Path> files = new EnumMap<>(IdxPart.class);
    for (IdxPart part : IdxPart.values()) {
      part.in(directory).ifPresent(file -> files.put(part, file));
    }
    if (files.isEmpty()) {
      return Optional.empty();
    }
    if (files.size() < IdxPart.values().length) {
      String missing =
          Stream.of(IdxPart.values())
              .filter(part -> !files.containsKey(part))
              .map(IdxPart::fileName)
              .collect(Collectors.joining(", "));
      throw new InputException(
          "%s: expected four IDX files, found %d: missing %s (plain or gzipped)"
              .formatted(directory, files.size(), missing));
    }
    return Optional.of(new IdxFiles(files));
  }

  /**
   * @throws InputException if a file is not sound or the files do not belong together
   */
  public Dataset read(String name) {
    return read(name, (part, content) -> {});
  }

  /**
   * @param check called with each file's content as soon as it is read
   * @throws InputException if a file is not sound or the files do not belong together
   */
  public Dataset read(String name, BiConsumer<IdxPart, Idx> check) {
    Map<IdxPart, Idx> contents = new EnumMap<>(IdxPart.class);
    files.forEach(
        (part, file) -> {
          Idx content = IdxReader.read(file, part.rank());
          check.accept(part, content);
          contents.put(part, content);
        });
    return dataset(name, contents);
  }

  private static Dataset dataset(String name, Map<IdxPart, Idx> contents) {
    Idx trainImages = Objects.requireNonNull(contents.get(IdxPart.TRAIN_IMAGES));
    Idx trainLabels = Objects.requireNonNull(contents.get(IdxPart.TRAIN_LABELS));
    Idx testImages = Objects.requireNonNull(contents.get(IdxPart.TEST_IMAGES));
    Idx testLabels = Objects.requireNonNull(contents.get(IdxPart.TEST_LABELS));
    if (!imageShape(trainImages).equals(imageShape(testImages))) {
      throw new InputException(
          "%s: expected images of %s as in %s, found %s"
              .formatted(
                  testImages.file(),
                  imageShape(trainImages),
                  trainImages.file(),
                  imageShape(testImages)));
    }
    int classes = 1 + Math.max(largest(trainLabels), largest(testLabels));
    return Dataset.of(
        name, split(trainImages, trainLabels, classes), split(testImages, testLabels, classes), "");
  }

  private static Split split(Idx images, Idx labels, int classes) {
    if (images.items() != labels.items()) {
      throw new InputException(
          "%s: expected %d labels, one for each image of %s, found %d"
              .formatted(labels.file(), images.items(), images.file(), labels.items()));
    }
    return new Split(imageShape(images), classes, images.elements(), labels.elements());
  }

  /** Returns channels × height × width. */
  private static Shape imageShape(Idx images) {
    return images.shape().sample().batchOf(1);
  }

  private static int largest(Idx labels) {
    int largest = 0;
    for (byte label : labels.elements()) {
      largest = Math.max(largest, Byte.toUnsignedInt(label));
    }
    return largest;
  }
}
