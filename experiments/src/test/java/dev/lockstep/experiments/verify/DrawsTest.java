package dev.lockstep.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Draws that are not from the distribution are told by what is wrong with them. */
class DrawsTest {

  private static final int FAN_IN = 50;
  private static final int FAN_OUT = 2000;
  private static final InitialValues XAVIER = new InitialValues.Xavier();

  /** Of the book's Xavier distribution, √(1/fanIn). */
  private static final double DEVIATION = Math.sqrt(1.0 / FAN_IN);

  private static Draws draws(InitialValues initial, ToDoubleFunction<Random> draw) {
    ParameterSpec weights =
        Networks.network(Shape.of(FAN_IN), new LayerSpec.Affine("affine1", FAN_OUT, initial))
            .parameters()
            .get(0);
    Random random = new Random(1);
    Tensor drawn = Tensor.zeros(Shape.of(FAN_IN, FAN_OUT));
    for (int i = 0; i < drawn.size(); i++) {
      drawn.data()[i] = draw.applyAsDouble(random);
    }
    return Draws.of(initial, weights, "affine", "scratch", drawn);
  }

  @Test
  void drawsFromTheDistributionPass() {
    Draws draws = draws(XAVIER, random -> DEVIATION * random.nextGaussian());

    assertThat(draws.verdict()).isEqualTo(Verdict.AGREE);
    assertThat(draws.failure()).isNull();
    assertThat(draws.exactDeviation()).isEqualTo(DEVIATION);
  }

  @Test
  void anotherMeanFails() {
    Draws draws = draws(XAVIER, random -> DEVIATION * (0.02 + random.nextGaussian()));

    assertThat(draws.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(draws.meanPValue()).isLessThan(Draws.SIGNIFICANCE);
    assertThat(draws.deviationPValue()).isGreaterThan(Draws.SIGNIFICANCE);
  }

  @Test
  void anotherDeviationFails() {
    Draws draws = draws(XAVIER, random -> 1.02 * DEVIATION * random.nextGaussian());

    assertThat(draws.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(draws.meanPValue()).isGreaterThan(Draws.SIGNIFICANCE);
    assertThat(draws.deviationPValue()).isLessThan(Draws.SIGNIFICANCE);
  }

  @Test
  void anotherShapeWithTheSameMeanAndDeviationFails() {
    // a uniform distribution on ±√3 has deviation 1
    Draws draws = draws(XAVIER, random -> DEVIATION * Math.sqrt(3) * (2 * random.nextDouble() - 1));

    assertThat(draws.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(draws.distancePValue()).isLessThan(Draws.SIGNIFICANCE);
    assertThat(draws.failure()).contains("probability");
  }

  @Test
  void deeplearning4jsOwnXavierFails() {
    double ofBothFans = Math.sqrt(2.0 / (FAN_IN + FAN_OUT));

    assertThat(draws(XAVIER, random -> ofBothFans * random.nextGaussian()).verdict())
        .isEqualTo(Verdict.DIFFER);
  }

  @Test
  void aUniformDistributionIsTestedAsOne() {
    double limit = Math.sqrt(6.0 / (FAN_IN + FAN_OUT));
    InitialValues glorot = new InitialValues.GlorotUniform();

    assertThat(draws(glorot, random -> limit * (2 * random.nextDouble() - 1)).verdict())
        .isEqualTo(Verdict.AGREE);
    assertThat(draws(glorot, random -> limit / Math.sqrt(3) * random.nextGaussian()).verdict())
        .isEqualTo(Verdict.DIFFER);
  }
}
