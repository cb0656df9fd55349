package dev.lockstep.scratch.book.techniques;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The points after 1, 2 and 30 steps were worked out in NumPy 2.4.6 from the chapter's formulas;
 * for SGD they can be checked on paper: every step multiplies x by .905 and y by −.9.
 */
class OptimizerPathsTest {

  /** Thirty steps of rounding at the scale of the path. */
  private static final Offset<Double> ROUNDING = within(1e-13);

  @ParameterizedTest
  @CsvSource({
    "sgd, 1, -6.335, -1.7999999999999998",
    "sgd, 2, -5.733175, 1.6199999999999997",
    "sgd, 30, -0.3503929957523197, 0.0847823165504322",
    "momentum, 1, -6.93, 1.6",
    "momentum, 2, -6.7977, 0.9199999999999999",
    "momentum, 30, 0.896413858493733, 0.08808560171506971",
    "adaGrad, 1, -5.500000214285683, 0.5000000374999991",
    "adaGrad, 2, -4.573267968164272, 0.13619658308878757",
    "adaGrad, 30, -0.12016232231416045, 0",
    "adam, 1, -6.700001355255732, 1.7000002371706369",
    "adam, 2, -6.400416624043272, 1.402245740898803",
    "adam, 30, 0.13600685239498486, 0.3182453755372196",
  })
  void goesWhereTheFormulasGo(String optimizer, int step, double x, double y) {
    OptimizerSpec spec = Objects.requireNonNull(OptimizerPaths.OPTIMIZERS.get(optimizer));

    Tensor path = OptimizerPaths.path(spec, 30);

    assertThat(path.shape()).isEqualTo(Shape.of(31, 2));
    assertThat(path.data()[0]).isEqualTo(-7);
    assertThat(path.data()[1]).isEqualTo(2);
    assertThat(path.data()[2 * step]).isCloseTo(x, ROUNDING);
    assertThat(path.data()[2 * step + 1]).isCloseTo(y, ROUNDING);
  }

  @Test
  void theValleyIsLongAndNarrow() {
    assertThat(OptimizerPaths.f(-7, 2)).isEqualTo(6.45);
    assertThat(OptimizerPaths.f(0, 0)).isZero();
    assertThat(OptimizerPaths.OPTIMIZERS.keySet())
        .containsExactly("sgd", "momentum", "adaGrad", "adam");
  }
}
