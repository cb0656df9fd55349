package dev.lockstep.dl4j.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class TensorConversionTest {

  private static final Tensor COUNTED = Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);

  @Test
  void elementsKeepTheirIndexInEitherOrder() {
    INDArray rows = TensorConversion.toArray(COUNTED, DataType.DOUBLE, 2, 3);
    assertThat(rows.getDouble(1, 0)).isEqualTo(4);

    INDArray columns = rows.dup('f');

    assertThat(columns.ordering()).isEqualTo('f');
    assertThat(TensorConversion.toTensor(columns, Shape.of(2, 3))).isEqualTo(COUNTED);
  }

  @Test
  void aTransposedArrayIsReadByIndex() {
    INDArray transposed = TensorConversion.toArray(COUNTED, DataType.DOUBLE, 2, 3).transpose();

    assertThat(TensorConversion.toTensor(transposed, Shape.of(3, 2)))
        .isEqualTo(Tensor.of(Shape.of(3, 2), 1, 4, 2, 5, 3, 6));
  }

  @Test
  void aPermutedImageBatchIsReadByIndex() {
    INDArray counted = Nd4j.arange(120).castTo(DataType.DOUBLE).reshape('c', 2, 3, 4, 5);
    // the layout that a convolution gives its output
    INDArray permuted = counted.permute(2, 0, 1, 3);

    Tensor tensor = TensorConversion.toTensor(permuted, Shape.of(4, 2, 3, 5));

    int position = 0;
    for (int a = 0; a < 4; a++) {
      for (int b = 0; b < 2; b++) {
        for (int c = 0; c < 3; c++) {
          for (int d = 0; d < 5; d++) {
            int expected = ((b * 3 + c) * 4 + a) * 5 + d;
            assertThat(tensor.data()[position++]).isEqualTo(expected);
          }
        }
      }
    }
  }

  @Test
  void aViewStartsAtItsOwnFirstElement() {
    INDArray vector = Nd4j.create(new double[] {0, 1, 2, 3, 4, 5, 6, 7});

    INDArray part = vector.get(NDArrayIndex.interval(2, 6)).reshape('f', 2, 2);

    assertThat(TensorConversion.toTensor(part, Shape.of(2, 2)))
        .isEqualTo(Tensor.of(Shape.of(2, 2), 2, 4, 3, 5));
  }

  @Test
  void aViewWithGapsLeavesTheGapsOut() {
    INDArray rows = TensorConversion.toArray(COUNTED, DataType.DOUBLE, 2, 3);

    INDArray outer = rows.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2, 3));

    assertThat(TensorConversion.toTensor(outer, Shape.of(2, 2)))
        .isEqualTo(Tensor.of(Shape.of(2, 2), 1, 3, 4, 6));
  }

  @Test
  void floatsAreWidenedExactly() {
    Tensor third = Tensor.of(Shape.of(2), 1.0 / 3, -0.1);

    INDArray array = TensorConversion.toArray(third, DataType.FLOAT, 2);

    assertThat(array.dataType()).isEqualTo(DataType.FLOAT);
    assertThat(TensorConversion.toTensor(array, Shape.of(2)))
        .isEqualTo(Tensor.of(Shape.of(2), (float) (1.0 / 3), (float) -0.1));
  }

  @Test
  void assigningWritesThroughAViewInItsOwnOrder() {
    INDArray memory = Nd4j.zeros(DataType.DOUBLE, 8);

    TensorConversion.assign(memory.get(NDArrayIndex.interval(1, 7)).reshape('f', 2, 3), COUNTED);

    assertThat(memory.toDoubleVector()).containsExactly(0, 1, 4, 2, 5, 3, 6, 0);
  }
}
