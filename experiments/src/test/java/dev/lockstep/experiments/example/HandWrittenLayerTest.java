package dev.lockstep.experiments.example;

import static dev.lockstep.core.assertion.LockstepAssertions.assertThatLayer;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.assertion.LayerAssertion;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.ScratchProvider;
import org.junit.jupiter.api.Test;

/** A single layer of one's own, once right and once wrong. */
class HandWrittenLayerTest {

  private static LayerAssertion assertThatAffine(HandWrittenAffine layer) {
    return assertThatLayer(layer::forward, layer::backward)
        .withParameter("W", layer::setWeights, layer::weightGradient)
        .withParameter("b", layer::setBias, layer::biasGradient)
        .against(new ScratchProvider())
        .as(new LayerSpec.Affine("affine1", 4, new InitialValues.He()))
        .on(Shape.of(4));
  }

  @Test
  void right() {
    assertThatAffine(new HandWrittenAffine()).agrees();
  }

  /** The gradient of the bias averaged over the batch, where the loss has averaged already. */
  private static final class AveragedBias extends HandWrittenAffine {
    private int samples;

    @Override
    Tensor backward(Tensor dout) {
      samples = dout.shape().length(0);
      return super.backward(dout);
    }

    @Override
    Tensor biasGradient() {
      Tensor gradient = super.biasGradient();
      for (int i = 0; i < gradient.size(); i++) {
        gradient.data()[i] /= samples;
      }
      return gradient;
    }
  }

  /**
   * The test of a wrong layer fails like this:
   *
   * <pre>
   * Step 1: backward affine1/b of affine1 differs by 0.1, 7.5e+15 times what rounding explains.
   * That is more than rounding can explain: the two do not compute the same.
   *
   * First divergence
   *   Step 1, backward, layer affine1, tensor affine1/b (single-layer reading)
   *   Mismatched elements: 4 / 4 (100.00 %)
   *   …
   * </pre>
   */
  @Test
  void wrong() {
    assertThatThrownBy(() -> assertThatAffine(new AveragedBias()).agrees())
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll(
            "Step 1: backward affine1/b of affine1 differs by",
            "That is more than rounding can explain",
            "Mismatched elements: 4 / 4 (100.00 %)",
            "Greatest absolute difference: ",
            "Greatest relative difference: 0.8 at index",
            "; your layer: ",
            "Measured floor: ",
            "Smallest tolerance that would have passed: ",
            "1/5, the batch size: it is averaged once too often",
            "Finite-difference check: your layer is wrong, by central differences");
  }
}
