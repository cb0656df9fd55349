package dev.lockstep.dl4j.datavec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.experiment.DataReader;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.YamlValue;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvDigitsTest {

  /** Four pixels and a label first; the label is the only column that varies. */
  private static final String ROW = "%d,0,255,7,0\n";

  @TempDir Path directory;

  @Test
  void aThousandDigitsComeBackAsTheyWere() throws IOException {
    Split digits = TestData.digits(1000, 1);

    Dataset read = read(TestData.kaggleHeader() + "\n" + TestData.csv(digits, true));

    assertSame(read.train(), digits.select(positions(1000, false)));
    assertSame(read.test(), digits.select(positions(1000, true)));
    assertThat(read.test().size()).isEqualTo(142); // 1000 / 7, rounded down
    assertThat(read.sha256())
        .isEqualTo(
            Dataset.of(
                    "memory",
                    digits.select(positions(1000, false)),
                    digits.select(positions(1000, true)),
                    "")
                .sha256());
    assertThat(read.reading()).contains("every 7th image is held back for testing (142 of 1000)");
    assertThat(read.name()).isEqualTo("csv:digits.csv");
  }

  /** In the order that files are divided in: the 7th, 14th, … are for testing. */
  private static int[] positions(int size, boolean test) {
    return IntStream.range(0, size).filter(i -> ((i + 1) % 7 == 0) == test).toArray();
  }

  private static void assertSame(Split read, Split expected) {
    assertThat(read.image()).isEqualTo(expected.image());
    assertThat(read.classes()).isEqualTo(10); // every digit is there
    assertThat(read.size()).isEqualTo(expected.size());
    int[] all = Split.range(0, expected.size());
    assertThat(read.inputs(all, Shape.of(784))).isEqualTo(expected.inputs(all, Shape.of(784)));
    assertThat(read.targets(all)).isEqualTo(expected.targets(all));
  }

  @Test
  void labelsAreFoundInTheLastColumn() throws IOException {
    Split digits = TestData.digits(70, 2);

    assertSame(read(TestData.csv(digits, false)).train(), digits.select(positions(70, false)));
  }

  @Test
  void aHeaderNamesTheColumnOfTheLabels() throws IOException {
    // Both outer columns look like labels; the header says that they are in the last.
    Dataset read = read("a,b,c,d,Class\n" + "%d,0,255,7,1\n".repeat(7).formatted(numbers(7)));

    assertThat(IntStream.range(0, 6).mapToObj(i -> name(read, i))).containsOnly("1");
    assertThat(read.train().pixel(3, 0)).isEqualTo(3);
  }

  private static String name(Dataset read, int sample) {
    return read.train().task().names().get(read.train().label(sample));
  }

  private static Object[] numbers(int count) {
    return IntStream.range(0, count).boxed().toArray();
  }

  @Test
  void noiseInACornerIsNotTakenForLabels() throws IOException {
    Dataset read = read("%d,0,255,7,1\n".repeat(7).formatted(0, 0, 31, 0, 0, 0, 0) + "0,0,9,9,2\n");

    assertThat(name(read, 6)).isEqualTo("2");
    assertThat(read.train().pixel(2, 0)).isEqualTo(31);
  }

  @Test
  void whatIsGivenNeedNotBeDetected() throws IOException {
    Path file = write("%d,0,255,7,1\n".repeat(7).formatted(numbers(7)));

    Dataset read = CsvDigits.read(file, target("5"));

    assertThat(name(read, 3)).isEqualTo("1");
    assertThat(read.train().pixel(3, 0)).isEqualTo(3);
  }

  /** What {@code data.target} says. */
  private static DataSpec target(String column) {
    return DataReader.read(
        new Fields(
            new YamlValue.Mapping("test", Map.of("target", new YamlValue.Scalar("test", column))),
            "data"),
        Path.of(""));
  }

  @Test
  void byteOrderMarksCarriageReturnsQuotesSpacesAndEmptyLinesAtTheEndDoNotMatter()
      throws IOException {
    String plain = ROW.repeat(7).formatted(numbers(7));
    String dressed =
        "\uFEFF" + plain.replace(",255,", ",\"255\", ").replace("\n", "\r\n") + "\r\n\r\n";

    assertThat(read(dressed).sha256()).isEqualTo(read(plain).sha256());
    assertThat(read(dressed).train().label(0)).isZero();
  }

  @Test
  void largerLabelsThanDigitsMakeMoreClasses() throws IOException {
    Dataset read = read(ROW.repeat(7).formatted(0, 1, 2, 25, 4, 5, 6));

    assertThat(read.train().classes()).isEqualTo(26); // 0 to 25
    assertThat(read.test().classes()).isEqualTo(26);
  }

  @Test
  void aDirectoryOfTwoFilesIsTakenAsItIs() throws IOException {
    Split train = TestData.digits(40, 3);
    Split test = TestData.digits(20, 4);
    Files.writeString(directory.resolve("mnist_train.csv"), TestData.csv(train, true));
    Files.writeString(directory.resolve("mnist_test.csv"), TestData.csv(test, true));

    Dataset read = CsvDigits.read(directory, DataSpec.FOUND);

    assertSame(read.train(), train);
    assertSame(read.test(), test);
    assertThat(read.notice()).isEmpty();
  }

  @Test
  void bothFilesOfAPairHaveTheSameColumns() throws IOException {
    Files.writeString(directory.resolve("train.csv"), ROW.repeat(7).formatted(numbers(7)));
    Files.writeString(directory.resolve("test.csv"), "1,9\n2,9\n");

    assertThatThrownBy(() -> CsvDigits.read(directory, DataSpec.FOUND))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("test.csv: expected 5 values in a row as in")
        .hasMessageContaining("found 2");
  }

  @Test
  void aDirectoryWithoutThePairIsRefused() {
    assertThatThrownBy(() -> CsvDigits.read(directory, DataSpec.FOUND))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("expected files such as train.csv and test.csv, found none");
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "3,0,0,0                    | :9: expected 5 values as in the rows before, found 4",
        "3,0,0,0,0,0                | :9: expected 5 values as in the rows before, found 6",
        "3,0,x,0,0                  | :9: column 3: expected a whole number from 0 to 255, found \"x\"",
        "3,0,256,0,0                | column 3: expected a whole number from 0 to 255, found \"256\"",
        "3,0,-1,0,0                 | column 3: expected a whole number from 0 to 255, found \"-1\"",
        "3,0,0.5,0,0                | column 3: expected a whole number from 0 to 255, found \"0.5\"",
        "3,0,,0,0                   | column 3: expected a whole number from 0 to 255, found \"\"",
        "3,0,٣,0,0                  | column 3: expected a whole number from 0 to 255, found \"٣\"",
        "3,0,1000000000000,0,0      | column 3: expected a whole number from 0 to 255, found",
        "label,a,b,c,d              | :9: column 1: expected a whole number from 0 to 255, found \"label\"",
        "`3,0,\"0,0,0`              | :9: expected the value that a quote opens to end in its line",
      })
  void aMalformedRowIsNamed(String row, String message) throws IOException {
    Path file =
        write("label,a,b,c,d\n" + ROW.repeat(7).formatted(numbers(7)) + row + "\n" + "1,0,0,0,0\n");

    assertThatThrownBy(() -> CsvDigits.read(file, DataSpec.FOUND))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString() + ":9: ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = true,
      value = {
        "''                           | expected a row for every image, found none",
        "label,a,b,c,d                | expected a row for every image, found none",
        "'1,0,0,0,0;;2,0,0,0'         | :3: expected 5 values as in the rows before, found 4",
        "'1,2,3,4;1,2,3,4'            | expected to be told which column is to be predicted, found none that plainly is; say data.target=NAME",
        "'1 2 3 4;1 2 3 4'            | expected at least one column beside the target, found none",
        "'1,0,0,0,0;2,0,0,0,0'        | expected at least 7 images, one of 7 being held back for testing, found 2",
        "'1,0,0,0,1;2,0,0,0,2'        | expected labels in the first or the last column, found both",
        "'1,0,0,0,1;1,0,0,0,1'        | expected labels in the first or the last column, found neither",
      })
  void aFileThatCannotBeUsedIsNamed(String content, String message) throws IOException {
    Path file = write(content.replace(';', '\n'));

    assertThatThrownBy(() -> CsvDigits.read(file, DataSpec.FOUND))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void aMissingFileIsNamedAndNotMade() {
    Path file = directory.resolve("nothing.csv");

    assertThatThrownBy(() -> CsvDigits.read(file, DataSpec.FOUND))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString());
    assertThat(file).doesNotExist();
  }

  @Test
  void aLineWithoutAnEndIsNotReadIntoMemory() throws IOException {
    Path file = directory.resolve("endless.csv");
    byte[] block = new byte[1 << 16];
    Arrays.fill(block, (byte) '0');
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write("1,0,0,0,0\n".getBytes(StandardCharsets.UTF_8));
      for (int written = 0; written <= BoundedLines.MAX_LINE_BYTES; written += block.length) {
        out.write(block);
      }
    }

    assertThatThrownBy(() -> CsvDigits.read(file, DataSpec.FOUND))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("endless.csv:2: expected at most " + BoundedLines.MAX_LINE_BYTES);
  }

  /** Arabic digits in the messages, or a Turkish dotless i in "DIGIT", would show here. */
  @ParameterizedTest
  @CsvSource({"ar-EG", "tr-TR", "th-TH-u-nu-thai"})
  void theLocaleDoesNotMatter(String language) throws IOException {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag(language));
    try {
      Dataset read = read("DIGIT,a,b,c,d\n1,0,0,0,5\n".concat("2,0,0,0,6\n".repeat(6)));

      assertThat(name(read, 0)).isEqualTo("1");
      assertThat(read.reading().toString()).contains("(1 of 7)");
      assertThatThrownBy(() -> read("1,0,0,0,0\n1,0\n"))
          .hasMessageContaining(":2: expected 5 values as in the rows before, found 2");
    } finally {
      Locale.setDefault(before);
    }
  }

  private Dataset read(String content) throws IOException {
    return CsvDigits.read(write(content), DataSpec.FOUND);
  }

  private Path write(String content) throws IOException {
    return Files.writeString(directory.resolve("digits.csv"), content);
  }
}
