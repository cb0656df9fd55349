package dev.lockstep.core.data.idx;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The four files that a data set in IDX files consists of, by their roles. */
public enum IdxPart {
  TRAIN_IMAGES("train-images", 3),
  TRAIN_LABELS("train-labels", 1),
  TEST_IMAGES("t10k-images", 3),
  TEST_LABELS("t10k-labels", 1);

  private final String stem;
  private final int rank;

  IdxPart(String stem, int rank) {
    this.stem = stem;
    this.rank = rank;
  }

  /** Returns the number of axes: 3 for images, 1 for labels. */
  public int rank() {
    return rank;
  }

  /** Returns the name under which MNIST's own site published the file. */
  public String fileName() {
    return stem + "-idx" + rank + "-ubyte.gz";
  }

  /** Returns the file in a directory under any of the names in use. */
  public Optional<Path> in(Path directory) {
    String ending = "idx" + rank + "-ubyte";
    return List.of("-" + ending + ".gz", "-" + ending, "." + ending + ".gz", "." + ending).stream()
        .map(name -> directory.resolve(stem + name))
        .filter(Files::exists)
        .findFirst();
  }
}
