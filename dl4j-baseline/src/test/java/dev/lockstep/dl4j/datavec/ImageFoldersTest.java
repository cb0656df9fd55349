package dev.lockstep.dl4j.datavec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.sources.Datasets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.datavec.api.split.FileSplit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFoldersTest {

  private static final DataSpec DIGITS =
      new DataSpec(
          null,
          DataSpec.FOUND.table(),
          new DataSpec.Images(null, null, DataSpec.Colour.AUTO, true),
          null,
          DataSpec.FOUND.division());

  @TempDir Path temporary;

  @Test
  void twoHundredDigitsComeBackInTheOrderOfTheirNumbers() throws IOException {
    Split digits = TestData.digits(200, 10);
    Path directory = temporary.resolve("ziffern übung"); // a URI must not change it
    TestData.writePngs(digits, directory);

    Dataset read = ImageFolders.read(directory, DIGITS);

    assertSame(read.train(), digits, IntStream.range(0, 200).filter(i -> (i + 1) % 7 != 0));
    assertSame(read.test(), digits, IntStream.range(0, 200).filter(i -> (i + 1) % 7 == 0));
    assertThat(read.name()).isEqualTo("images:ziffern übung");
    assertThat(read.reading()).contains("every 7th image is held back for testing (28 of 200)");
  }

  private static void assertSame(Split read, Split all, IntStream positions) {
    int[] expected = positions.toArray();
    assertThat(read.size()).isEqualTo(expected.length);
    assertThat(read.classes()).isEqualTo(10);
    assertThat(read.image()).isEqualTo(all.image());
    for (int i = 0; i < expected.length; i++) {
      assertThat(read.label(i)).isEqualTo(all.label(expected[i]));
      assertThat(TestData.pixels(read, i)).isEqualTo(TestData.pixels(all, expected[i]));
    }
  }

  @Test
  void trainingAndTestingFoldersAreTakenAsTheyAre() throws IOException {
    Split train = TestData.digits(30, 11);
    Split test = TestData.digits(12, 12);
    TestData.writePngs(train, temporary.resolve("training"));
    TestData.writePngs(test, temporary.resolve("testing"));

    Dataset read = ImageFolders.read(temporary, DIGITS);

    assertSame(read.train(), train, IntStream.range(0, 30));
    assertSame(read.test(), test, IntStream.range(0, 12));
    assertThat(read.notice()).isEmpty();
  }

  /** A data set is its bytes: from whatever files they come, the hash is one. */
  @Test
  void filesOfThreeFormsHoldTheSameDataSet() throws IOException {
    Split digits = TestData.digits(60, 21);
    Path idx = Files.createDirectory(temporary.resolve("idx"));
    Path csv = Files.createDirectory(temporary.resolve("csv"));
    Path images = temporary.resolve("images");
    TestData.writeIdx(digits, idx);
    for (String part : List.of("train", "test")) {
      Files.writeString(csv.resolve(part + ".csv"), TestData.csv(digits, true));
      TestData.writePngs(digits, images.resolve(part));
    }

    String expected = Datasets.readIdx(idx).sha256();

    assertThat(CsvDigits.read(csv, DataSpec.FOUND).sha256()).isEqualTo(expected);
    assertThat(ImageFolders.read(images, DIGITS).sha256()).isEqualTo(expected);
  }

  @Test
  void foldersWithNamesAreCountedInTheOrderOfTheNames() throws IOException {
    Split digits = TestData.digits(8, 13);
    for (int i = 0; i < 8; i++) {
      String folder = List.of("b10", "b9", "a").get(i % 3);
      write(digits, i, temporary.resolve(folder));
    }

    Dataset read = ImageFolders.read(temporary, DIGITS);

    // a, b9, b10: the numbers in the names count as numbers
    assertThat(read.train().classes()).isEqualTo(3);
    assertThat(IntStream.range(0, 6).map(read.train()::label)).containsExactly(2, 1, 0, 2, 1, 0);
  }

  private static void write(Split digits, int i, Path folder) throws IOException {
    Files.createDirectories(folder);
    ImageIO.write(
        TestData.grey(TestData.pixels(digits, i), 28, 28),
        "png",
        folder.resolve(i + ".png").toFile());
  }

  @Test
  void numbersKeepTheirMeaningWhereSomeAreMissing() throws IOException {
    Split digits = TestData.digits(7, 14);
    for (int i = 0; i < 7; i++) {
      write(digits, i, temporary.resolve("8"));
    }

    Dataset read = ImageFolders.read(temporary, DIGITS);

    assertThat(read.train().label(0)).isEqualTo(8);
    assertThat(read.train().classes()).isEqualTo(10);
  }

  @Test
  void otherFilesArePassedOverAndTold() throws IOException {
    TestData.writePngs(TestData.digits(20, 15), temporary);
    Path folder = temporary.resolve(Integer.toString(TestData.digits(20, 15).label(0)));
    Files.writeString(folder.resolve("readme.txt"), "digits");
    Files.writeString(folder.resolve(".DS_Store"), "hidden");

    assertThat(ImageFolders.read(temporary, DIGITS).reading())
        .contains(
            "1 files that are not PNG or JPEG images in a label's folder were passed over: "
                + temporary.relativize(folder.resolve("readme.txt")));
  }

  @Test
  void anImageThatCannotBeReadIsNamed() throws IOException {
    TestData.writePngs(TestData.digits(20, 16), temporary);
    Path folder = temporary.resolve(Integer.toString(TestData.digits(20, 16).label(0)));
    Path broken = Files.writeString(folder.resolve("broken.png"), "no image");

    assertThatThrownBy(() -> ImageFolders.read(temporary, DIGITS))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(broken.toString());
  }

  @Test
  void anEmptyFolderIsNamed() throws IOException {
    TestData.writePngs(TestData.digits(20, 17), temporary);
    Path empty = Files.createDirectory(temporary.resolve("empty"));

    assertThatThrownBy(() -> ImageFolders.read(temporary, DIGITS))
        .isInstanceOf(InputException.class)
        .hasMessage(empty + ": expected PNG or JPEG images in it, found none");
  }

  @Test
  void aDirectoryWithoutLabelFoldersIsNamed() throws IOException {
    write(TestData.digits(1, 18), 0, temporary);

    assertThatThrownBy(() -> ImageFolders.read(temporary, DIGITS))
        .isInstanceOf(InputException.class)
        .hasMessage(
            temporary
                + ": expected a folder for every label, found none; put the images of each class into a folder of its name");
  }

  @Test
  void whatIsNoDirectoryIsNamed() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "");
    Path nothing = temporary.resolve("nothing");

    assertThatThrownBy(() -> ImageFolders.read(file, DIGITS))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageEndingWith("found a file");
    assertThatThrownBy(() -> ImageFolders.read(nothing, DIGITS))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(nothing.toString())
        .hasMessageEndingWith("found nothing");
  }

  /** DataVec lists files as the file system does; the order must not depend on it. */
  @Test
  void theReaderSortsWhateverSplitItIsGiven() throws IOException, InterruptedException {
    Split digits = TestData.digits(30, 20);
    TestData.writePngs(digits, temporary);
    try (ImageFolderRecordReader reader = new ImageFolderRecordReader()) {
      reader.initialize(new FileSplit(temporary.toFile()));

      assertThat(reader.getLabels())
          .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
      assertThat(reader.size()).isEqualTo(30);
      for (int i = 0; i < 30; i++) {
        assertThat(reader.label(i)).isEqualTo(digits.label(i));
        assertThat(reader.pixels(i)).isEqualTo(TestData.pixels(digits, i));
        assertThat(Path.of(reader.location(i)).getFileName().toString()).isEqualTo(i + ".png");
      }
    }
  }

  @Test
  void namesAreOrderedAsAPersonCounts() {
    List<String> names = Arrays.asList("img12", "10", "img2", "a", "2", "02", "img2b", "9");
    names.sort(NaturalOrder.NAMES);

    assertThat(names).containsExactly("02", "2", "9", "10", "a", "img2", "img2b", "img12");
  }
}
