package dev.lockstep.core.rounding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
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
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoundedUpTest {

  private static final NetworkSpec NETWORK =
      new NetworkSpec(
          Shape.of(2),
          List.of(
              new LayerSpec.Affine("affine1", 2, new InitialValues.He()),
              new LayerSpec.BatchNormalization("batchNorm1", 0.9, 1e-6, false),
              new LayerSpec.Activation("relu1", ActivationFunction.RELU)),
          new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, 1e-7),
          0,
          new OptimizerSpec.Sgd(LearningRate.constant(0.1)));

  /** 2⁻⁴⁰ beside 4: a unit of the first is 2⁻⁹², of their typical size, √(16/4) = 2, 2⁻⁵¹. */
  private static Tensor cancelled() {
    return Tensor.of(Shape.of(2, 2), 0x1p-40, 0, 4, 0);
  }

  /** A model that shows one tensor. */
  private record Showing(Phase phase, String path, Tensor tensor) implements Model {
    @Override
    public double step(Batch batch, Masks masks, Observer observer) {
      observer.observe(phase, path, () -> tensor);
      return 0;
    }

    @Override
    public Tensor predict(Tensor inputs) {
      return inputs;
    }

    @Override
    public ModelState state() {
      return new ModelState(0, Map.of());
    }

    @Override
    public void restore(ModelState state) {}
  }

  private static double[] rounded(Phase phase, String path, Tensor tensor) {
    ModelProvider provider =
        new ModelProvider() {
          @Override
          public String name() {
            return "showing";
          }

          @Override
          public Model create(NetworkSpec network) {
            return new Showing(phase, path, tensor);
          }
        };
    Batch batch = new Batch(1, Tensor.zeros(Shape.of(2, 2)), Tensor.zeros(Shape.of(2, 2)));
    try (Model model = new RoundedUp(provider).create(NETWORK)) {
      model.step(batch, (layer, ratio, shape) -> Tensor.zeros(shape), Observer.NONE);
    }
    return tensor.data();
  }

  @Test
  void aSumErrsByAUnitOfItsTerms() {
    assertThat(rounded(Phase.FORWARD, "affine1/out", cancelled()))
        .containsExactly(0x1p-40 + 0x1p-51, 0, 4 + 0x1p-50, 0);
  }

  /** 144 terms to a mean: two orders of summing lie √144 / 6 = 2 units apart. */
  @Test
  void whatAMeanWasSubtractedFromErrsByTheUnitsOfTheMean() {
    Tensor output = Tensor.filled(Shape.of(144, 2), 1);
    assertThat(rounded(Phase.FORWARD, "batchNorm1/out", output)).containsOnly(1 + 0x1p-51);
  }

  @Test
  void whatIsNoSumErrsByAUnitOfItsOwn() {
    double[] own = {0x1p-40 + 0x1p-92, 0, 4 + 0x1p-50, 0};
    assertThat(rounded(Phase.FORWARD, "relu1/out", cancelled())).containsExactly(own);
    assertThat(rounded(Phase.BACKWARD, "affine1/out", cancelled())).containsExactly(own);
  }

  @Test
  void neitherLossNorUpdateIsMoved() {
    assertThat(rounded(Phase.UPDATE, "affine1/W", cancelled())).containsExactly(0x1p-40, 0, 4, 0);
  }

  @Test
  void numbersTooLargeToSquareAreMovedByTheirOwnUnit() {
    Tensor huge = Tensor.filled(Shape.of(2, 2), 0x1p600);
    assertThat(rounded(Phase.FORWARD, "affine1/out", huge)).containsOnly(Math.nextUp(0x1p600));
  }
}
