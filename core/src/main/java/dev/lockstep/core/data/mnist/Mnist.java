package dev.lockstep.core.data.mnist;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.idx.Idx;
import dev.lockstep.core.data.idx.IdxPart;
import dev.lockstep.core.data.idx.IdxReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How MNIST's four files are recognised.
 *
 * @param checksums the SHA-256 of each file's uncompressed content
 */
public record Mnist(Map<IdxPart, String> checksums) {

  /** The digits that LeCun, Cortes and Burges published. */
  public static final Mnist PUBLISHED =
      new Mnist(
          Map.of(
              IdxPart.TRAIN_IMAGES,
              "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
              IdxPart.TRAIN_LABELS,
              "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
              IdxPart.TEST_IMAGES,
              "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
              IdxPart.TEST_LABELS,
              "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"));

  /** Returns the names of the files as they are published. */
  public static String fileNames() {
    return Arrays.stream(IdxPart.values()).map(IdxPart::fileName).collect(Collectors.joining(", "));
  }

  /**
   * @throws InputException if the content is not that of MNIST's file
   */
  public void check(IdxPart part, Idx content) {
    String expected = checksums.get(part);
    String found = content.sha256();
    if (!found.equals(expected)) {
      throw new InputException(
          ("%s: expected MNIST's file, whose uncompressed content has SHA-256 %s, found %s;"
                  + " replace it, or name another set in IDX files by --data idx:DIR")
              .formatted(content.file(), expected, found));
    }
  }

  /**
   * @throws InputException if the file is not MNIST's
   */
  public void check(IdxPart part, Path file) {
    check(part, IdxReader.read(file, part.rank()));
  }
}
