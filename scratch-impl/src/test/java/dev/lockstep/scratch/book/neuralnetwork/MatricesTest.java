package dev.lockstep.scratch.book.neuralnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Products worked out by hand. */
class MatricesTest {

  @Test
  void multipliesMatrices() {
    Tensor a = Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    Tensor b = Tensor.of(Shape.of(3, 2), 1, 2, 3, 4, 5, 6);

    assertThat(Matrices.dot(a, b)).isEqualTo(Tensor.of(Shape.of(2, 2), 22, 28, 49, 64));
  }

  @Test
  void multipliesAVectorByAMatrix() {
    Tensor x = Tensor.of(Shape.of(2), 1, 2);
    Tensor w = Tensor.of(Shape.of(2, 3), 1, 3, 5, 2, 4, 6);

    assertThat(Matrices.dot(x, w)).isEqualTo(Tensor.of(Shape.of(3), 5, 11, 17));
  }

  @Test
  void addsTheBiasToEveryRow() {
    Tensor x = Tensor.of(Shape.of(2, 1), 1, 10);
    Tensor w = Tensor.of(Shape.of(1, 2), 2, 3);

    assertThat(Matrices.affine(x, w, Tensor.of(Shape.of(2), 100, 200)))
        .isEqualTo(Tensor.of(Shape.of(2, 2), 102, 203, 120, 230));
  }

  @Test
  void refusesShapesThatDoNotFit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Matrices.dot(Tensor.zeros(Shape.of(2, 3)), Tensor.zeros(Shape.of(2, 3))))
        .withMessage("dot: expected (rows×)n and n×columns, found 2×3 and 2×3");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Matrices.affine(
                    Tensor.zeros(Shape.of(2, 3)),
                    Tensor.zeros(Shape.of(3, 4)),
                    Tensor.zeros(Shape.of(3))))
        .withMessage("bias: expected 4 numbers, found 3");
  }
}
