package dev.lockstep.core.rounding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerSumsTest {

  private static final LayerSums SUMS =
      LayerSums.of(
          new NetworkSpec(
              Shape.of(16, 6, 6),
              List.of(
                  new LayerSpec.Convolution("conv1", 4, 3, 3, 1, 0, new InitialValues.He()),
                  new LayerSpec.BatchNormalization("batchNorm1", 0.9, 1e-7, true),
                  new LayerSpec.Activation("relu1", ActivationFunction.RELU),
                  new LayerSpec.Affine("affine1", 10, new InitialValues.He())),
              new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, 1e-7),
              0,
              new OptimizerSpec.Sgd(LearningRate.constant(0.1))));

  private static double units(Phase phase, String path) {
    return SUMS.units(phase, path, Tensor.zeros(Shape.of(9, 4, 4, 4)));
  }

  @Test
  void growWithTheRootOfTheNumberOfTerms() {
    assertThat(units(Phase.FORWARD, "conv1/out")).as("16·3·3 = 12² terms").isEqualTo(12.0 / 6);
    assertThat(units(Phase.FORWARD, "batchNorm1/out"))
        .as("9 samples of 4×4 pixels = 12² terms")
        .isEqualTo(12.0 / 6);
    assertThat(units(Phase.FORWARD, "affine1/out")).as("4·4·4 = 8² terms").isEqualTo(8.0 / 6);
  }

  @Test
  void areNoneWhereNothingIsAddedUpInTheForwardPass() {
    assertThat(units(Phase.FORWARD, "relu1/out")).isZero();
    assertThat(units(Phase.BACKWARD, "conv1/out")).isZero();
    assertThat(units(Phase.BACKWARD, "conv1/W")).isZero();
  }

  @Test
  void theTypicalElementIsTheRootOfTheMeanSquare() {
    assertThat(LayerSums.typical(new double[] {3, 0, 0, -3, 0, 0, 0, 0, 0}))
        .isEqualTo(Math.sqrt(2));
    assertThat(LayerSums.typical(new double[0])).isZero();
  }
}
