package dev.lockstep.dl4j.datavec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sequences in text files, read as they are written. */
class SequenceFoldersTest {

  private static final double GONE = Double.NaN;

  @TempDir Path temp;

  private void write(String file, String... lines) throws IOException {
    Path path = temp.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, String.join("\n", lines) + "\n");
  }

  private static DataSpec spec(String yaml) {
    return Fields.read(
        Fields.mapping(YamlReader.parseValue("test", yaml), "data"),
        "data",
        fields -> DataReader.read(fields, Path.of("")));
  }

  private Dataset read(String yaml) {
    return SequenceFolders.read(temp, spec(yaml));
  }

  private void assertRefused(String yaml, String... said) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(said);
  }

  @Test
  void eachStepIsAnswered() throws IOException {
    write("train/features/0.csv", "a,b", "1,10", "2,20", "3,30");
    write("train/features/1.csv", "a,b", "4,40");
    write("train/features/10.csv", "a,b", "5,50", "6,60");
    write("train/labels/0.csv", "0", "1", "2");
    write("train/labels/1.csv", "1");
    write("train/labels/10.csv", "2", "0");
    write("test/features/0.csv", "a,b", "7,70", "8,80");
    write("test/labels/0.csv", "1", "1");
    Dataset data = read("{}");
    assertThat(data.train().size()).isEqualTo(3);
    assertThat(data.test().size()).isOne();
    assertThat(data.train().image()).isEqualTo(Shape.of(2, 3));
    assertThat(data.train().task()).isEqualTo(Task.classes(3));
    // features × steps, in the order a person counts, NaN after the end
    assertThat(data.train().inputs(new int[] {0, 1, 2}, Shape.of(2, 3)).data())
        .containsExactly(
            1, 2, 3, 10, 20, 30, 4, GONE, GONE, 40, GONE, GONE, 5, 6, GONE, 50, 60, GONE);
    assertThat(data.train().targets(new int[] {2}).data())
        .containsExactly(0, 1, GONE, 0, 0, GONE, 1, 0, GONE);
    assertThat(data.reading())
        .contains("4 sequences of 1 to 3 steps of 2 numbers, 3 classes for each step");
    // answers × outputs: those of steps that are there
    Split train = data.train();
    assertThat(train.rows(train.targets(Split.range(0, 3))).shape()).isEqualTo(Shape.of(6, 3));
  }

  @Test
  void aSequenceIsAnsweredAsAWholeAndInItsLastStep() throws IOException {
    for (int i = 0; i < 4; i++) {
      write(
          "features/" + i + ".csv",
          i % 2 == 0 ? new String[] {"0.5", "1.5"} : new String[] {"2.5"});
      write("labels/" + i + ".csv", i % 2 == 0 ? "up" : "down");
    }
    Dataset data = read("{scale: none, split: {test: 0.5}}");
    assertThat(data.train().task().names()).containsExactly("down", "up");
    Split split = data.train();
    int up = split.label(0) == 1 ? 0 : 1;
    assertThat(split.targets(new int[] {up}).data()).containsExactly(0, 1);
    Split asked = split.answeredAtTheEnd();
    assertThat(asked.targets(new int[] {up}).shape()).isEqualTo(Shape.of(1, 2, 2));
    assertThat(asked.targets(new int[] {up}).data()).containsExactly(GONE, 0, GONE, 1);
    assertThat(asked.targets(new int[] {1 - up}).data()).containsExactly(1, GONE, 0, GONE);
  }

  @Test
  void columnsOfTheSameFileAnswerEachStep() throws IOException {
    write("0.csv", "x;c;y", "0.25;p;1.5", "0.5;q;2.5");
    write("1.csv", "x;c;y", "0.75;q;3.5", "1.5;p;4.5");
    Dataset data = read("{target: y, scale: none, split: {test: 0.5}}");
    assertThat(data.train().task().kind()).isEqualTo(Task.Kind.REGRESSION);
    assertThat(data.train().image()).isEqualTo(Shape.of(3, 2)); // x, c=p, c=q
    double[] first = data.train().inputs(new int[] {0}, Shape.of(3, 2)).data();
    assertThat(first)
        .isIn(new double[] {0.25, 0.5, 1, 0, 0, 1}, new double[] {0.75, 1.5, 0, 1, 1, 0});
    assertThat(data.train().targets(new int[] {0}).shape()).isEqualTo(Shape.of(1, 1, 2));
  }

  @Test
  void numbersAreStandardizedByTheTrainingSteps() throws IOException {
    write("train/features/0.csv", "0.5", "2.5");
    write("train/labels/0.csv", "0");
    write("test/features/0.csv", "3.5");
    write("test/labels/0.csv", "1");
    Dataset data = read("{}"); // mean 1.5, deviation 1
    assertThat(data.train().inputs(new int[] {0}, Shape.of(1, 2)).data()).containsExactly(-1, 1);
    assertThat(data.test().inputs(new int[] {0}, Shape.of(1, 2)).data()).containsExactly(2, GONE);
  }

  @Test
  void theFirstStepsAreRead() throws IOException {
    write("features/0.csv", "1", "2", "3");
    write("features/1.csv", "4", "5", "6");
    write("labels/0.csv", "0", "1", "0");
    write("labels/1.csv", "1", "0", "1");
    assertThat(read("{steps: 2, split: {test: 0.5}}").train().image()).isEqualTo(Shape.of(1, 2));
  }

  @Test
  void whatDoesNotFitIsRefusedByNameAndLine() throws IOException {
    write("features/0.csv", "1,2", "3,4");
    write("features/1.csv", "1,2", "3,4", "5,6");
    write("labels/0.csv", "0", "1");
    assertRefused("{}", "1.csv: expected what the sequence 1.csv is answered with");
    write("labels/1.csv", "0", "1");
    assertRefused("{}", "1.csv: expected one line, or one for each of the 3 steps", "found 2");
    write("labels/1.csv", "0", "1", "1");
    write("features/1.csv", "1,2", "3", "5,6");
    assertRefused("{}", "1.csv line 2: expected 2 values", "found 1");
    write("features/1.csv", "1,2", "?,4", "5,6");
    assertRefused("{}", "1.csv line 2: expected a value of column 1");
    write("features/1.csv", "1,2", "3,four", "5,6");
    assertRefused("{}", "1.csv line 2: column 2: expected a number", "four");
    write("features/1.csv", "1,2", "3,4", "5,6");
    write("labels/1.csv", "0", "7", "1");
    assertRefused("{}", "data.as=class", "data.as=regression");
  }
}
