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
import java.util.function.Supplier;
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
        .hasMessageContaining("Diagnosis: the derivative is 1 - y in place of 1 - y²")
        .hasMessageContaining("Finite-difference check: your layer is wrong");
  }

  /** An affine layer with its weights and biases. */
  private static final class MyAffine {
    private Tensor w = Tensor.zeros(Shape.of(0));
    private Tensor b = Tensor.zeros(Shape.of(0));
    private Tensor x = Tensor.zeros(Shape.of(0));
    private Tensor dout = Tensor.zeros(Shape.of(0));

    /** Returns elements that are sums, one for each number of terms. */
    private static Tensor sums(Shape shape, int terms, Term term) {
      Tensor sums = Tensor.zeros(shape);
      for (int i = 0; i < sums.size(); i++) {
        for (int k = 0; k < terms; k++) {
          sums.data()[i] += term.of(i, k);
        }
      }
      return sums;
    }

    private interface Term {
      double of(int element, int k);
    }

    Tensor forward(Tensor read) {
      x = read;
      int inputs = w.shape().length(0);
      int units = w.shape().length(1);
      Tensor y =
          sums(
              Shape.of(x.shape().length(0), units),
              inputs,
              (i, k) -> x.data()[i / units * inputs + k] * w.data()[k * units + i % units]);
      for (int i = 0; i < y.size(); i++) {
        y.data()[i] += b.data()[i % units];
      }
      return y;
    }

    Tensor backward(Tensor gradient) {
      dout = gradient;
      int inputs = w.shape().length(0);
      int units = w.shape().length(1);
      return sums(
          x.shape(),
          units,
          (i, k) -> dout.data()[i / inputs * units + k] * w.data()[i % inputs * units + k]);
    }

    Tensor weightGradient() {
      int inputs = w.shape().length(0);
      int units = w.shape().length(1);
      return sums(
          w.shape(),
          x.shape().length(0),
          (i, k) -> x.data()[k * inputs + i / units] * dout.data()[k * units + i % units]);
    }

    Tensor biasGradient() {
      return sums(b.shape(), x.shape().length(0), (i, k) -> dout.data()[k * b.size() + i]);
    }

    LayerAssertion with(Supplier<Tensor> biasGradient) {
      return assertThatLayer(this::forward, this::backward)
          .withParameter("W", value -> w = value, this::weightGradient)
          .withParameter("b", value -> b = value, biasGradient)
          .against(TinyModel.summing(Summation.FORWARD))
          .as(new LayerSpec.Affine("affine1", 4, new InitialValues.He()))
          .on(Shape.of(6));
    }
  }

  /** What the reference makes of the right gradient afterwards is no evidence against a cause. */
  @Test
  void theCauseOfAWrongGradientOfAParameterIsConfirmed() {
    MyAffine layer = new MyAffine();
    layer.with(layer::biasGradient).agrees();

    assertThatThrownBy(
            () ->
                layer
                    .with(
                        () -> {
                          Tensor halved = layer.biasGradient();
                          for (int i = 0; i < halved.size(); i++) {
                            halved.data()[i] /= 2;
                          }
                          return halved;
                        })
                    .agrees())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("backward, layer affine1, tensor affine1/b")
        .hasMessageContaining("Diagnosis: it is the reference's times 1/2\n");
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
