package dev.lockstep.core.assertion;

import static dev.lockstep.core.assertion.LockstepAssertions.assertThatLayer;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.tiny.Fault;
import dev.lockstep.core.tiny.Summation;
import dev.lockstep.core.tiny.TinyModel;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class LayerAssertionTest {

  private static final LayerSpec TANH = new LayerSpec.Activation("tanh1", ActivationFunction.TANH);

  /** A function of every element and its derivative. */
  private static final class Elementwise {
    private final DoubleUnaryOperator function;
    private final DoubleUnaryOperator derivative;
    private Tensor input = Tensor.zeros(Shape.of(0));

    Elementwise(DoubleUnaryOperator function, DoubleUnaryOperator derivative) {
      this.function = function;
      this.derivative = derivative;
    }

    Tensor forward(Tensor x) {
      input = x;
      Tensor out = x.copy();
      for (int i = 0; i < out.size(); i++) {
        out.data()[i] = function.applyAsDouble(x.data()[i]);
      }
      return out;
    }

    Tensor backward(Tensor dout) {
      Tensor dx = dout.copy();
      for (int i = 0; i < dx.size(); i++) {
        dx.data()[i] *= derivative.applyAsDouble(input.data()[i]);
      }
      return dx;
    }
  }

  private static double tanhDerivative(double x) {
    return 1 - Math.tanh(x) * Math.tanh(x);
  }

  private static LayerAssertion assertThatTanh(Elementwise layer) {
    return assertThatLayer(layer::forward, layer::backward)
        .against(TinyModel.summing(Summation.FORWARD))
        .as(TANH)
        .on(Shape.of(6));
  }

  @Test
  void aCorrectLayerAgrees() {
    assertThatTanh(new Elementwise(Math::tanh, LayerAssertionTest::tanhDerivative)).agrees();
  }

  @Test
  void aWrongForwardPassIsToldFromAWrongBackwardPass() {
    assertThatThrownBy(
            () ->
                assertThatTanh(
                        new Elementwise(
                            x -> x / (1 + Math.abs(x)), LayerAssertionTest::tanhDerivative))
                    .agrees())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Step 1, forward, layer tanh1, tensor tanh1/out");
    assertThatThrownBy(
            () -> assertThatTanh(new Elementwise(Math::tanh, x -> 1 - Math.tanh(x))).agrees())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Step 1, backward, layer tanh1, tensor input/out")
        .hasMessageContaining("Finite-difference check: your layer is wrong");
  }

  /** Agreement with a reference that is wrong in the same way proves nothing. */
  @Test
  void agreementWithAWrongReferenceIsFoundOut() {
    Elementwise halved = new Elementwise(Math::tanh, x -> tanhDerivative(x) / 2);
    assertThatThrownBy(
            () ->
                assertThatTanh(halved)
                    .against(
                        TinyModel.with(
                            Fault.in(Phase.BACKWARD, "input/out", Fault.Change.times(0.5))))
                    .agrees())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("The backward pass is not that of the forward pass")
        .hasMessageContaining("the gradient of the input");
  }

  private static LayerAssertion assertThatRelu(Elementwise layer) {
    return assertThatLayer(layer::forward, layer::backward)
        .against(TinyModel.summing(Summation.FORWARD))
        .as(new LayerSpec.Activation("relu1", ActivationFunction.RELU))
        .on(Shape.of(6));
  }

  /** Random numbers are never exactly 0. */
  @Test
  void theDerivativeOfAReluAtZeroIsTried() {
    assertThatRelu(new Elementwise(x -> Math.max(0, x), x -> x > 0 ? 1 : 0)).agrees();
    assertThatThrownBy(
            () ->
                assertThatRelu(new Elementwise(x -> Math.max(0, x), x -> x >= 0 ? 1 : 0)).agrees())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("backward, layer relu1, tensor input/out")
        .hasMessageContaining("the derivative is 1 at 0");
  }

  /** Right for as many samples as its first batch had. */
  @Test
  void aLayerThatIsRightForOneSizeOfBatchOnlyIsFoundOut() {
    Elementwise right = new Elementwise(Math::tanh, LayerAssertionTest::tanhDerivative);
    assertThatThrownBy(
            () ->
                assertThatLayer(
                        right::forward,
                        dout -> {
                          Tensor dx = right.backward(dout);
                          for (int i = 5 * 6; i < dx.size(); i++) {
                            dx.data()[i] = 0;
                          }
                          return dx;
                        })
                    .against(TinyModel.summing(Summation.FORWARD))
                    .as(TANH)
                    .on(Shape.of(6))
                    .agrees())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("backward, layer tanh1, tensor input/out");
  }

  /** Keeps what the mask keeps, there and back. */
  private static final class Masked {
    private Tensor mask = Tensor.zeros(Shape.of(0));

    Tensor times(Tensor x) {
      Tensor out = x.copy();
      for (int i = 0; i < out.size(); i++) {
        out.data()[i] *= mask.data()[i];
      }
      return out;
    }
  }

  @Test
  void aDropoutIsGivenItsMask() {
    Masked masked = new Masked();
    LayerAssertion assertion =
        assertThatLayer(masked::times, masked::times)
            .against(TinyModel.summing(Summation.FORWARD))
            .as(new LayerSpec.Dropout("dropout1", 0.5, false))
            .on(Shape.of(6));

    assertion.withMask(mask -> masked.mask = mask).agrees();
    assertThatThrownBy(
            () ->
                assertThatLayer(masked::times, dout -> dout)
                    .withMask(mask -> masked.mask = mask)
                    .against(TinyModel.summing(Summation.FORWARD))
                    .as(new LayerSpec.Dropout("dropout1", 0.5, false))
                    .on(Shape.of(6))
                    .agrees())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("dropout passes the gradient everywhere");
  }

  @Test
  void whatALayerThrowsIsTold() {
    Elementwise failing =
        new Elementwise(
            Math::tanh,
            x -> {
              throw new UnsupportedOperationException("no derivative yet");
            });
    assertThatThrownBy(() -> assertThatTanh(failing).agrees())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("no derivative yet");
  }

  @Test
  void parametersThatAreNotNamedAreAskedFor() {
    Elementwise layer = new Elementwise(x -> x, x -> 1);
    assertThatThrownBy(
            () ->
                assertThatTanh(layer)
                    .as(new LayerSpec.Affine("affine1", 4, new InitialValues.He()))
                    .agrees())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("affine1 has the parameters [W, b], found []");
  }
}
