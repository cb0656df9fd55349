package dev.lockstep.experiments.cli;

import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.digits.SyntheticDigits;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A few synthetic digits in IDX files. */
final class SmallData {

  private static final int IMAGES_MAGIC = 0x00000803;
  private static final int LABELS_MAGIC = 0x00000801;

  private SmallData() {}

  static Path write(Path directory) throws IOException {
    write(directory, SyntheticDigits.dataset(1, 600, 200));
    return directory;
  }

  static void write(Path directory, Dataset digits) throws IOException {
    write(directory, "train", digits.train());
    write(directory, "t10k", digits.test());
  }

  private static void write(Path directory, String prefix, Split split) throws IOException {
    ByteArrayOutputStream images = new ByteArrayOutputStream();
    ByteArrayOutputStream labels = new ByteArrayOutputStream();
    try (DataOutputStream image = new DataOutputStream(images);
        DataOutputStream label = new DataOutputStream(labels)) {
      image.writeInt(IMAGES_MAGIC);
      image.writeInt(split.size());
      image.writeInt(split.image().length(1));
      image.writeInt(split.image().length(2));
      label.writeInt(LABELS_MAGIC);
      label.writeInt(split.size());
      for (int i = 0; i < split.size(); i++) {
        label.writeByte(split.label(i));
        for (int p = 0; p < split.image().size(); p++) {
          image.writeByte(split.pixel(i, p));
        }
      }
    }
    Files.write(directory.resolve(prefix + "-images-idx3-ubyte"), images.toByteArray());
    Files.write(directory.resolve(prefix + "-labels-idx1-ubyte"), labels.toByteArray());
  }
}
