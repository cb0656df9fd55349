package dev.lockstep.dl4j.datavec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.experiment.DataReader;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.YamlReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.datavec.api.transform.TransformProcess;
import org.datavec.api.transform.schema.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of leaves, numbers and letters, and small ones written here. */
class TablesTest {

  /** Sums of 72 numbers of size 1 in double. */
  private static final double ROUNDING = 1e-12;

  @TempDir Path directory;

  private static Path bundled(String name) {
    try {
      return Path.of(Objects.requireNonNull(TablesTest.class.getResource(name)).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private DataSpec spec(String block) {
    return DataReader.read(new Fields(YamlReader.parse("test", block), "data"), directory);
  }

  private static Dataset read(String name) {
    return Tables.read(bundled(name), DataSpec.FOUND);
  }

  private Dataset read(String content, String block) throws IOException {
    return Tables.read(Files.writeString(directory.resolve("table.csv"), content), spec(block));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "leaves-no-header.csv",
        "leaves-semicolon.csv",
        "leaves-tab.tsv",
        "leaves.csv.gz",
        "leaves-utf16.csv",
        "leaves-trailing-comma.csv"
      })
  void anotherFormHasTheSameContent(String other) {
    Dataset leaves = read("leaves.csv");
    Dataset same = read(other);

    assertThat(same.sha256()).isEqualTo(leaves.sha256());
    assertThat(same.train().task().names()).containsExactly("birch", "maple", "oak");
    assertThat(same.train().size()).isEqualTo(72);
    assertThat(same.test().size()).isEqualTo(18);
  }

  /** A fifth of every class, whatever the order of the rows. */
  @ParameterizedTest
  @ValueSource(strings = {"leaves.csv", "leaves-sorted.csv"})
  void everyClassIsHeldBackAlike(String name) {
    Dataset leaves = read(name);

    for (int label = 0; label < 3; label++) {
      int counted = label;
      assertThat(IntStream.range(0, 18).filter(i -> leaves.test().label(i) == counted).count())
          .isEqualTo(6);
    }
    assertThat(IntStream.range(0, 20).map(leaves.train()::label).distinct().count())
        .as("classes among the first twenty")
        .isEqualTo(3);
  }

  @Test
  void featuresAreStandardizedByTheTrainingRows() {
    double[] values = read("leaves.csv").train().inputs(Split.range(0, 72), Shape.of(4)).data();

    for (int column = 0; column < 4; column++) {
      int offset = column;
      double[] all = IntStream.range(0, 72).mapToDouble(row -> values[4 * row + offset]).toArray();
      double mean = IntStream.range(0, 72).mapToDouble(i -> all[i]).average().orElseThrow();
      double square = IntStream.range(0, 72).mapToDouble(i -> all[i] * all[i]).average().orElse(0);
      assertThat(mean).isCloseTo(0, within(ROUNDING));
      assertThat(square).isCloseTo(1, within(ROUNDING));
    }
  }

  @Test
  void missingValuesAreNamedWithLineAndColumn() {
    assertThatThrownBy(() -> read("leaves-missing.csv"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("leaves-missing.csv:13: ")
        .hasMessageContaining("column 2 (width) in line 13, 31")
        .hasMessageContaining("data.missing=drop");
  }

  @Test
  void missingValuesAreDealtWithAsIsSaid() throws IOException {
    String rows = "a,b,t\n1,2,x\n,4,y\n3,6,x\n5,8,y\n7,1,x\n9,3,y\n";

    assertThat(read(rows, "missing: drop").reading())
        .contains("1 of 6 rows, which lack a value, are left out");
    assertThat(read(rows, "missing: 42").reading()).contains("1 missing values of a are 42");
    assertThat(read(rows, "missing: mean").reading().toString())
        .contains("1 missing values of a are the training rows' mean");
  }

  @Test
  void numbersAreRegressionWhereTheyAreNoClasses() {
    Dataset read = read("regression.csv");

    assertThat(read.train().task()).isEqualTo(new Task(Task.Kind.REGRESSION, List.of("y")));
    assertThat(read.train().size() + read.test().size()).isEqualTo(120);
  }

  @Test
  void scaledTargetsKeepTheirUnit() throws IOException {
    Dataset read = read("a,y\n1,10.5\n2,20.5\n3,30.5\n4,40.5\n5,50.5\n", "scaleTarget: minmax");

    double range = read.train().units()[0];
    assertThat(range).isBetween(20.0, 40.0); // four of the five, one held back
    double[] targets = read.train().targets(Split.range(0, 4)).data();
    assertThat(targets).contains(0, 1);
  }

  @Test
  void categoriesAreOneHotAndTheirNamesAreKept() throws IOException {
    Dataset read =
        read("colour,size,kind\nred,1,a\nblue,2,b\nred,3,a\nblue,4,b\ngreen,5,a\n", "target: kind");

    assertThat(read.train().image()).isEqualTo(Shape.of(4));
    assertThat(read.reading()).contains("colour is one-hot: blue, green, red");
    double[] row = read.train().inputs(new int[] {0}, Shape.of(4)).data();
    assertThat(row[0] + row[1] + row[2]).isEqualTo(1);
  }

  @Test
  void severalTargetsAndYesOrNo() throws IOException {
    String rows = "a,p,q\n1,yes,0\n2,no,1\n3,yes,1\n4,no,0\n5,yes,1\n";

    Dataset read = read(rows, "{target: [p, q], as: binary}");

    assertThat(read.train().task()).isEqualTo(new Task(Task.Kind.BINARY, List.of("p", "q")));
    assertThat(read.reading()).contains("p is 1 for yes, 0 for no");
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "'a,b;1,2.5;2,3.5;3,9.5' | expected to be told which column is to be predicted",
        "'a,y;1,2;2,3;3,9;4,2' | holds whole numbers: say data.as=class",
        "'a,y;1,x;2,y;z,x;4,y' | table.csv:4: column 1: expected a number, found \"z\"",
        "'label;x;y;x' | expected at least one column beside the target",
        "'a,y;1,x;2' | table.csv:3: expected 2 values as in the rows before, found 1",
        "'a,label;1,x;2,x;3,x' | expected at least two classes",
        "'a b;1 2;3 4' | if something else separates the values, say data.separator",
        "'a,b;\"1,5\",x;\"2,5\",z' | found several of texts: a (as \"1,5\"), b (as \"x\")",
        "'a,b;1,\"x;2,y' | table.csv:2: expected the value that a quote opens to end in its line",
      })
  void whatIsAmbiguousOrWrongIsRefused(String rows, String message) {
    assertThatThrownBy(() -> read(rows.replace(';', '\n'), "{}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void emptyLinesArePassedOverAndCounted() throws IOException {
    Dataset read = read("\na,t\n\n1,x\n2,y\n\n3,x\n4,y\n5,x\n\n\n", "{}");

    assertThat(read.train().size() + read.test().size()).isEqualTo(5);
    assertThat(read.reading()).contains("3 empty lines are passed over");
  }

  /** 1,5 among values that something else separates is one and a half. */
  @Test
  void aDecimalCommaIsFoundOut() throws IOException {
    String block = "{scale: none, split: {test: 0.4, seed: 1}}";
    Dataset points = read("a;b;t\n1.5;2;x\n2.5;3;y\n-3.25;4;x\n4;5;y\n5;6;x\n", block);
    Dataset commas = read("a;b;t\n1,5;2;x\n2,5;3;y\n-3,25;4;x\n4;5;y\n5;6;x\n", block);

    assertThat(commas.sha256()).isEqualTo(points.sha256());
    assertThat(commas.reading()).contains("a comma stands before the decimals");
    assertThat(points.reading()).doesNotContain("a comma stands before the decimals");
  }

  @Test
  void aTargetOfItsNameWinsOverACoordinate() throws IOException {
    Dataset read = read("x,y,label\n1,2,0\n2,3,1\n3,1,0\n4,2,1\n5,0,0\n", "{}");

    assertThat(read.reading()).contains("the target is label, by its name");
  }

  @Test
  void aColumnThatNumbersTheRowsIsTold() throws IOException {
    StringBuilder rows = new StringBuilder("id,a,t\n");
    for (int i = 1; i <= 10; i++) {
      rows.append(i)
          .append(',')
          .append(i % 3)
          .append(',')
          .append(i % 2 == 0 ? 'x' : 'z')
          .append('\n');
    }

    assertThat(read(rows.toString(), "{}").reading())
        .contains("id numbers the rows, and is a feature: data.without=id leaves it out");
  }

  @Test
  void aFurtherFileHasTheSameColumnsInTheSameOrder() throws IOException {
    Files.writeString(directory.resolve("train.csv"), "a,b,t\n1,2,x\n2,3,y\n3,4,x\n");
    Files.writeString(directory.resolve("test.csv"), "b,a,t\n4,5,y\n5,6,x\n");

    assertThatThrownBy(() -> Tables.read(directory, spec("{}")))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith(
            "test.csv:1: expected the columns a, b, t, in this order, as the file before has them,"
                + " found b, a, t");
  }

  @Test
  void aSpreadsheetIsNoText() throws IOException {
    Path file = Files.write(directory.resolve("table.csv"), new byte[] {'P', 'K', 3, 4, 20, 0});

    assertThatThrownBy(() -> Tables.read(file, spec("{}")))
        .hasMessageContaining("found a zip archive, as spreadsheets are");
  }

  @Test
  void aFirstRowWithNumbersIsNoHeader() throws IOException {
    assertThatThrownBy(() -> read("1,x,a\n2,3,b\n3,4,a\n", "target: 3"))
        .hasMessageContaining("table.csv:1: column 2: expected a number, found \"x\"");
  }

  @Test
  void trainAndTestFilesAreTakenAsTheyAre() throws IOException {
    Files.writeString(directory.resolve("Train.csv"), "a,t\n1,x\n2,y\n3,x\n");
    Files.writeString(directory.resolve("Test.csv"), "a,t\n4,y\n5,x\n");

    Dataset read = Tables.read(directory, spec("scale: none"));

    assertThat(read.train().size()).isEqualTo(3);
    assertThat(read.test().inputs(new int[] {0, 1}, Shape.of(1)).data()).containsExactly(4, 5);
  }

  @Test
  void aTransformProcessIsApplied() throws IOException {
    Schema schema =
        new Schema.Builder()
            .addColumnString("id")
            .addColumnDouble("a")
            .addColumnCategorical("kind", "x", "y")
            .build();
    TransformProcess process =
        new TransformProcess.Builder(schema)
            .removeColumns("id")
            .doubleMathOp("a", org.datavec.api.transform.MathOp.Multiply, 10)
            .build();
    Files.writeString(directory.resolve("process.json"), process.toJson());

    Dataset read =
        read(
            "n1,1,x\nn2,2,y\nn3,3,x\nn4,4,y\n",
            "{transform: process.json, target: kind, scale: none}");

    assertThat(read.train().image()).isEqualTo(Shape.of(1));
    double first = read.train().inputs(new int[] {0}, Shape.of(1)).data()[0];
    assertThat(first).isIn(10.0, 20.0, 30.0, 40.0);
  }

  @Test
  void labelledImagesCountTheirClassesAndSayTheirLargestPixel() {
    Dataset two = CsvDigits.read(bundled("two-classes.csv"), DataSpec.FOUND);
    Dataset sixteen = CsvDigits.read(bundled("range-0-16.csv"), DataSpec.FOUND);

    assertThat(two.train().classes()).isEqualTo(2);
    assertThat(sixteen.train().classes()).isEqualTo(4);
    assertThat(sixteen.reading().toString())
        .contains("the largest pixel is 16: pixels are divided by 16");
  }

  @Test
  void lettersInFrontAreNotGuessed() {
    Path letters = bundled("letters-no-header.csv");

    assertThatThrownBy(() -> CsvDigits.read(letters, DataSpec.FOUND))
        .hasMessageContaining("both to look like labels; say data.target=1 or data.target=17");
    assertThat(CsvDigits.read(letters, spec("target: 1")).train().classes()).isEqualTo(26);
  }
}
