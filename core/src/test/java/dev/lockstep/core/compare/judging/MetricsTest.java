package dev.lockstep.core.compare.judging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.data.Features;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.Targets;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Numbers that were worked out by hand. */
class MetricsTest {

  /** A few sums and a root. */
  private static final double ROUNDING = 1e-14;

  private static final Task TWO_NUMBERS =
      new Task(Task.Kind.REGRESSION, List.of("height", "weight"));

  private static final Task TWO_ANSWERS = new Task(Task.Kind.BINARY, List.of("wet", "cold"));

  private static Split split(int samples, Targets targets) {
    return new Split(Shape.of(1), Features.numbers(new double[samples]), targets);
  }

  private static Classification of(Split split, double... outputs) {
    return Classification.of(split, Tensor.of(Shape.of(split.size(), split.classes()), outputs));
  }

  /** Heights 1, 2, 3 in units of 10; weights 0, 0, 6. */
  private static final Split NUMBERS =
      split(3, Targets.numbers(TWO_NUMBERS, new double[] {1, 0, 2, 0, 3, 6}, new double[] {10, 1}));

  @Test
  void ofNumbersInTheUnitsThatTheyWereMeasuredIn() {
    // errors of heights 1, 0, -2; of weights 3, 3, 0
    Classification outputs = of(NUMBERS, 2, 3, 2, 3, 1, 6);
    Map<String, Double> all = outputs.metrics().all();
    assertThat(all.keySet())
        .containsExactly(
            "RMSE of height",
            "MAE of height",
            "R² of height",
            "RMSE of weight",
            "MAE of weight",
            "R² of weight");
    assertThat(all.get("RMSE of height")).isCloseTo(10 * Math.sqrt(5 / 3.), within(ROUNDING * 10));
    assertThat(all.get("MAE of height")).isEqualTo(10);
    assertThat(all.get("R² of height")).isCloseTo(1 - 5 / 2., within(ROUNDING));
    assertThat(all.get("RMSE of weight")).isCloseTo(Math.sqrt(6), within(ROUNDING));
    assertThat(all.get("MAE of weight")).isEqualTo(2);
    assertThat(all.get("R² of weight")).isCloseTo(1 - 18 / 24., within(ROUNDING));
    // both together: errors of 5 + 18, variance of 2 + 24
    assertThat(outputs.accuracy()).isCloseTo(1 - 23 / 26., within(ROUNDING));
    assertThat(outputs.differentFrom(of(NUMBERS, 0, 0, 0, 0, 0, 0))).isZero();
  }

  private static final Split ANSWERS =
      split(
          4,
          Targets.numbers(TWO_ANSWERS, new double[] {1, 0, 1, 1, 0, 1, 0, 0}, new double[] {1, 1}));

  /** Of wet: 0.9 and 0.5 are yes, 0.5 and 0.1 no: of four pairs three are right and one is tied. */
  @Test
  void ofYesAndNo() {
    Classification outputs = of(ANSWERS, .9, .1, .5, .6, .5, .7, .1, .8);
    assertThat(outputs.metrics().all())
        .containsExactly(
            entry("accuracy of wet", 3 / 4.), // one half is no
            entry("AUC of wet", 3.5 / 4),
            entry("accuracy of cold", 3 / 4.),
            entry("AUC of cold", 2 / 4.));
    assertThat(outputs.accuracy()).isEqualTo(6 / 8.);
    // the second sample's second answer, and both of the last
    assertThat(outputs.differentFrom(of(ANSWERS, .9, .1, .5, .5, .5, .7, .9, .1))).isEqualTo(2);
  }

  @Test
  void oneAnswerHasNoNameOfItsOwn() {
    Split one =
        split(
            2,
            Targets.numbers(
                new Task(Task.Kind.BINARY, List.of("wet")), new double[] {1, 0}, new double[] {1}));
    assertThat(of(one, .2, .1).metrics().all())
        .containsExactly(entry("accuracy", .5), entry("AUC", 1.));
    assertThat(of(one, .1, .2).metrics().all()).contains(entry("AUC", 0.));
  }

  @Test
  void ofTwoClassesTheAreaOfTheSecondAndOfMoreNothing() {
    Split two = split(3, Targets.classes(Task.classes(2), new int[] {0, 1, 1}));
    assertThat(of(two, .7, .3, .8, .2, .1, .9).metrics().all())
        .containsExactly(entry("AUC", 1 / 2.));
    Split three = split(3, Targets.classes(Task.classes(3), new int[] {0, 1, 2}));
    assertThat(of(three, 1, 0, 0, 1, 0, 0, 1, 0, 0).metrics().all()).isEmpty();
  }

  @Test
  void whereOneOfTheTwoIsMissingThereIsNoArea() {
    Split one = split(2, Targets.classes(Task.classes(2), new int[] {1, 1}));
    assertThat(of(one, .7, .3, .8, .2).metrics().all().get("AUC")).isNaN();
  }

  /** Two sequences of two steps; the second is asked in its last step alone. */
  @Test
  void stepsOfSequencesThatAreNotAskedForDoNotCount() {
    double none = Double.NaN;
    Targets targets =
        Targets.sequences(
            Task.classes(2), new double[] {1, 0, 0, 1, none, 0, none, 1}, new double[] {1, 1}, 2);
    Split sequences = new Split(Shape.of(1, 2), Features.numbers(new double[4]), targets);
    Classification outputs =
        Classification.of(sequences, Tensor.of(Shape.of(2, 2, 2), .9, .6, .1, .4, .1, .2, .9, .8));
    assertThat(outputs.right(0)).isTrue();
    assertThat(outputs.right(1)).isFalse();
    assertThat(outputs.right(2)).isTrue();
    assertThat(outputs.accuracy()).isEqualTo(2 / 3.);
  }
}
