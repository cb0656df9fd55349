package dev.lockstep.core.compare.judging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ElementFiguresTest {

  private static final double FLOOR = 1e-10;

  private static Figure.Elements of(Tensor a, Tensor b) {
    ExpectedTensor tensor = ExpectedTensor.OF_PREDICTION;
    return ElementFigures.of(7, Reading.SINGLE_STEP, tensor, a, b, FLOOR);
  }

  private static Tensor tensor(Shape shape, double... values) {
    return Tensor.of(shape, values);
  }

  /** Errors of 0, 1.5, 2000 and 2·10⁹ times the floor; the numbers are worked out by hand. */
  @Test
  void countsErrorsInPowersOfTenAndMapsThemInDecibels() {
    Shape shape = Shape.of(2, 2);
    Figure.Elements shown =
        of(tensor(shape, 0, 1, 2, 3), tensor(shape, 0, 1 + 1.5e-10, 2 + 2e-7, 3.2));
    assertThat(shown.errorCounts())
        .containsExactly(1L, 0L, 0L, 0L, 1L, 0L, 0L, 1L, 0L, 0L, 0L, 0L, 1L);
    assertThat(shown.map()).isEqualTo(List.of(List.of(-99, 2), List.of(33, 93)));
    assertThat(shown.worst()).containsExactly(1, 1);
    assertThat(shown.candidate()).isEqualTo(3.2);
    assertThat(shown.from()).isZero();
    assertThat(shown.to()).isEqualTo(3.2);
  }

  @Test
  void everyElementIsInOneBinOfEachSide() {
    Shape shape = Shape.of(25);
    double[] values = new double[25];
    for (int i = 0; i < 25; i++) {
      values[i] = i;
    }
    Figure.Elements shown = of(tensor(shape, values), tensor(shape, values));
    assertThat(shown.referenceCounts()).hasSize(24).endsWith(2L).startsWith(1L, 1L);
    assertThat(shown.candidateCounts()).isEqualTo(shown.referenceCounts());
    assertThat(shown.errorCounts().get(0)).isEqualTo(25);
    assertThat(shown.map()).isEqualTo(List.of(Collections.nCopies(25, Figure.Elements.IDENTICAL)));
  }

  /** 100 × 65 elements in 32 × 32 blocks: the 38th row is in block 12, which begins at 37. */
  @Test
  void aBlockShowsItsLargestError() {
    Shape shape = Shape.of(100, 5, 13);
    Tensor a = Tensor.zeros(shape);
    Tensor b = Tensor.zeros(shape);
    b.data()[38 * 65 + 64] = 1e-9;
    b.data()[37 * 65 + 63] = 1e-10;
    List<List<Integer>> map = of(a, b).map();
    assertThat(map).hasSize(32).allSatisfy(row -> assertThat(row).hasSize(32));
    assertThat(map.get(12).get(31)).isEqualTo(10);
    assertThat(map.stream().flatMap(List::stream).filter(cell -> cell != -99)).hasSize(1);
  }

  @Test
  void whatIsNotFiniteIsTheWorstAndInTheLastBin() {
    Shape shape = Shape.of(1, 3);
    Figure.Elements shown =
        of(tensor(shape, 1, 2, 3), tensor(shape, 1.5, Double.NaN, Double.POSITIVE_INFINITY));
    assertThat(shown.worst()).containsExactly(0, 1);
    assertThat(shown.errorCounts().get(12)).isEqualTo(3);
    assertThat(shown.map().get(0))
        .containsExactly(97, Figure.Elements.BEYOND, Figure.Elements.BEYOND);
    assertThat(shown.candidateCounts().stream().mapToLong(Long::longValue).sum()).isEqualTo(1);
    assertThat(shown.to()).isEqualTo(3);
  }
}
