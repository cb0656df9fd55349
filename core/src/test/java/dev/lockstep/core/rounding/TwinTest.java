package dev.lockstep.core.rounding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.plan.RandomStreams;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TwinTest {

  private static final RandomStreams STREAMS = new RandomStreams(1);
  private static final Batch BATCH =
      new Batch(
          7,
          Tensor.of(Shape.of(3, 2), 0.25, 0, 0.5, -1, 0.125, 3),
          Tensor.of(Shape.of(3, 2), 1, 0, 0, 1, 1, 0));

  @Test
  void standsTheRowsOnTheirHeadAndMovesEveryInputThatIsNotZeroByOneUlp() {
    Tensor inputs = Twin.of(BATCH, STREAMS).inputs();
    double[] expected = {0.125, 3, 0.5, -1, 0.25, 0};
    for (int i = 0; i < expected.length; i++) {
      assertThat(inputs.data()[i])
          .as("element %d", i)
          .isIn(
              expected[i] == 0
                  ? new Object[] {0.0}
                  : new Object[] {Math.nextUp(expected[i]), Math.nextDown(expected[i])});
    }
    assertThat(Twin.of(BATCH, STREAMS).targets().data()).containsExactly(1, 0, 0, 1, 1, 0);
    assertThat(BATCH.inputs().data()).containsExactly(0.25, 0, 0.5, -1, 0.125, 3);
  }

  @Test
  void isTheSameForTheSameStepAndAnotherForAnother() {
    assertThat(Twin.of(BATCH, STREAMS).inputs()).isEqualTo(Twin.of(BATCH, STREAMS).inputs());
    Tensor many = Tensor.filled(Shape.of(1, 64), 1);
    assertThat(Twin.of(new Batch(1, many, BATCH.targets()), STREAMS).inputs())
        .isNotEqualTo(Twin.of(new Batch(2, many, BATCH.targets()), STREAMS).inputs());
  }

  @Test
  void keepsEachSampleItsMask() {
    Masks masks = (layer, ratio, shape) -> Tensor.of(shape, 1, 0, 0, 0, 1, 1);
    assertThat(Twin.of(masks).mask("dropout1", 0.5, Shape.of(3, 2)).data())
        .containsExactly(1, 1, 0, 0, 1, 0);
  }

  @Test
  void spreadsByTheLargestDifferenceOfTheSameSample() {
    Tensor original = Tensor.of(Shape.of(2, 2), 1, 2, 3, 4);
    Tensor turned = Tensor.of(Shape.of(2, 2), 3, 4.5, 1, 2.25);
    assertThat(Twin.spread(original, turned, true)).isEqualTo(0.5);
    assertThat(Twin.spread(original, turned, false)).isEqualTo(2.5);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void measuresNothingByAnElementThatIsNotFinite(double element) {
    Tensor original = Tensor.of(Shape.of(3), 1, 2, 3);
    assertThat(Twin.spread(original, Tensor.of(Shape.of(3), element, 2, 3.5), false))
        .isEqualTo(0.5);
    assertThat(Twin.spread(Tensor.of(Shape.of(3), element, 2, 3.5), original, false))
        .isEqualTo(0.5);
  }

  @Test
  void hasNoSpreadWhereThereAreNoElements() {
    Tensor empty = Tensor.zeros(Shape.of(0, 3));
    assertThat(Twin.spread(empty, empty, true)).isZero();
  }
}
