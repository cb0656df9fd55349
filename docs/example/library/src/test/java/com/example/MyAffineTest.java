package com.example;

import static dev.lockstep.core.assertion.LockstepAssertions.assertThatLayer;

import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.ScratchProvider;
import org.junit.jupiter.api.Test;

class MyAffineTest {

  private static void assertIsRight(MyAffine layer) {
    assertThatLayer(layer::forward, layer::backward)
        .withParameter("W", layer::setWeights, layer::weightGradient)
        .withParameter("b", layer::setBias, layer::biasGradient)
        .against(new ScratchProvider())
        .as(new LayerSpec.Affine("affine1", 4, new InitialValues.He()))
        .on(Shape.of(3))
        .agrees();
  }

  @Test
  void right() {
    assertIsRight(new MyAffine());
  }

  @Test
  void wrong() {
    assertIsRight(
        new MyAffine() {
          @Override
          public Tensor biasGradient() { // forgets that all samples add to it
            Tensor gradient = super.biasGradient();
            for (int j = 0; j < gradient.size(); j++) {
              gradient.data()[j] /= 2;
            }
            return gradient;
          }
        });
  }
}
