package dev.lockstep.scratch.layers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Masks;
import dev.lockstep.core.network.LayerSpec.GlobalPoolingType;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.execution.Branches;
import dev.lockstep.scratch.execution.Sequence;
import dev.lockstep.scratch.kernels.MatrixProduct;
import dev.lockstep.scratch.kernels.Windows;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The backward pass of every layer against central differences. */
class LayerGradientTest {

  private static final MatrixProduct PRODUCT = MatrixProduct.pureJava();
  private static final Shape ROW = Shape.of(6);
  private static final Shape IMAGE = Shape.of(2, 3, 4);
  private static final Windows SAME_DILATED =
      new Windows(2, new Windows.Line(3, 2, 1, 1, 2, 3), new Windows.Line(4, 2, 3, 0, 1, 2));

  static Stream<Arguments> layers() {
    return Stream.of(
            Arguments.of(new Affine("affine1", 6, 5, 0, PRODUCT), ROW),
            Arguments.of(new Affine("affineOfImage", 24, 5, 0, PRODUCT), IMAGE),
            Arguments.of(new Relu("relu1"), ROW),
            Arguments.of(new Sigmoid("sigmoid1"), ROW),
            Arguments.of(new Tanh("tanh1"), IMAGE),
            Arguments.of(new Identity("identity1"), IMAGE),
            Arguments.of(new LeakyRelu("leakyRelu1", 0.3), IMAGE),
            Arguments.of(new Elu("elu1", 0.5), ROW),
            Arguments.of(new Selu("selu1"), ROW),
            Arguments.of(new Softplus("softplus1"), ROW),
            Arguments.of(new Softsign("softsign1"), ROW),
            Arguments.of(new Swish("swish1"), IMAGE),
            Arguments.of(new Gelu("gelu1"), ROW),
            Arguments.of(new HardSigmoid("hardSigmoid1"), ROW),
            Arguments.of(new BatchNormalization("batchNorm1", ROW, 0.9, 1e-3, false), ROW),
            Arguments.of(
                new BatchNormalization("batchNormPerElement", IMAGE, 0.9, 1e-3, false), IMAGE),
            Arguments.of(
                new BatchNormalization("batchNormPerChannel", IMAGE, 0.9, 1e-3, true), IMAGE),
            Arguments.of(conv("conv", 3, new Windows(2, 3, 4, 2, 3, 1, 0)), IMAGE),
            Arguments.of(conv("convPadded", 3, new Windows(2, 3, 4, 3, 3, 1, 2)), IMAGE),
            Arguments.of(conv("convStrided", 2, new Windows(2, 3, 4, 2, 2, 2, 1)), IMAGE),
            Arguments.of(new MaxPooling("maxPool", new Windows(2, 3, 4, 2, 2, 2, 0)), IMAGE),
            Arguments.of(
                new MaxPooling("maxPoolOverlapping", new Windows(2, 3, 4, 3, 2, 1, 0)), IMAGE),
            Arguments.of(new MaxPooling("maxPoolPadded", new Windows(2, 3, 4, 3, 3, 2, 1)), IMAGE),
            Arguments.of(
                new AveragePooling("averagePool", new Windows(2, 3, 4, 2, 2, 2, 0)), IMAGE),
            Arguments.of(
                new AveragePooling("averagePoolPadded", new Windows(2, 3, 4, 3, 3, 1, 2)), IMAGE),
            Arguments.of(conv("convSameDilated", 2, SAME_DILATED), IMAGE),
            Arguments.of(new MaxPooling("maxPoolSameDilated", SAME_DILATED), IMAGE),
            Arguments.of(new AveragePooling("averagePoolSameDilated", SAME_DILATED), IMAGE),
            Arguments.of(
                new Affine("affineWithoutBias", 6, 5, false, Penalty.NONE, Clipping.NONE, PRODUCT),
                ROW),
            Arguments.of(
                new Convolution(
                    "convWithoutBias",
                    2,
                    SAME_DILATED,
                    false,
                    Penalty.NONE,
                    Clipping.NONE,
                    PRODUCT),
                IMAGE),
            Arguments.of(new LocalResponse("localResponse", IMAGE, 2, 3, 0.3, 0.75), IMAGE),
            Arguments.of(
                new DepthwiseConvolution(
                    "depthwise", 2, SAME_DILATED, true, Penalty.NONE, Clipping.NONE),
                IMAGE),
            Arguments.of(
                new SeparableConvolution(
                    "separable",
                    3,
                    2,
                    new Windows(2, 3, 4, 2, 3, 1, 1),
                    true,
                    Penalty.NONE,
                    Clipping.NONE,
                    PRODUCT),
                IMAGE),
            Arguments.of(new GlobalPooling("globalMax", GlobalPoolingType.MAX, IMAGE), IMAGE),
            Arguments.of(
                new GlobalPooling("globalAverage", GlobalPoolingType.AVERAGE, IMAGE), IMAGE),
            Arguments.of(new GlobalPooling("globalSum", GlobalPoolingType.SUM, IMAGE), IMAGE),
            Arguments.of(new ZeroPadding("zeroPadding1", IMAGE, Shape.of(2, 6, 5), 1, 0), IMAGE),
            Arguments.of(new Upsampling("upsampling1", IMAGE, Shape.of(2, 6, 12)), IMAGE),
            Arguments.of(branches("residual", false), IMAGE),
            Arguments.of(branches("inception", true), IMAGE),
            Arguments.of(new Dropout("dropout1", 0.4, false), ROW),
            Arguments.of(new Dropout("dropoutInverted", 0.4, true), ROW))
        .flatMap(
            layer ->
                Stream.of(1, 2, 7)
                    .map(
                        samples ->
                            Arguments.of(
                                ((Layer) layer.get()[0]).name(),
                                samples,
                                layer.get()[0],
                                layer.get()[1])));
  }

  private static Convolution conv(String name, int filters, Windows windows) {
    return new Convolution(name, filters, windows, 0, PRODUCT);
  }

  /** A branch of two layers, the identity, and a branch that branches again. */
  private static Branches branches(String name, boolean concatenated) {
    Windows same = new Windows(2, 3, 4, 3, 3, 1, 1);
    Sequence deep =
        new Sequence(List.of(conv(name + "/conv1", 2, same), new Tanh(name + "/tanh1")));
    Sequence nested =
        new Sequence(
            List.of(
                new Branches(
                    name + "/inner",
                    false,
                    List.of(
                        new Sequence(List.of(conv(name + "/inner/conv1", 2, same))),
                        new Sequence(List.of())),
                    IMAGE)));
    return new Branches(
        name,
        concatenated,
        List.of(deep, new Sequence(List.of()), nested),
        concatenated ? Shape.of(6, 3, 4) : IMAGE);
  }

  @ParameterizedTest(name = "{0}, {1} samples")
  @MethodSource("layers")
  void backwardIsTheDerivativeOfForward(String name, int samples, Layer layer, Shape sample) {
    GradientCheck check = new GradientCheck(fixedMasks());
    check.check(layer, check.input(sample.batchOf(samples)));
  }

  /** The same mask at every call, as a step's masks are. */
  private static Masks fixedMasks() {
    return (layer, ratio, shape) -> {
      Random random = new Random(7);
      Tensor mask = Tensor.zeros(shape);
      for (int i = 0; i < mask.size(); i++) {
        mask.data()[i] = random.nextDouble() > ratio ? 1 : 0;
      }
      return mask;
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void nothingComesBackThroughTheStepFunction(int samples) {
    Sequence step = new Sequence(List.of(new Step("step1")));
    GradientCheck check = new GradientCheck();
    Tensor y = step.forward(check.input(ROW.batchOf(samples)), Pass.PREDICTION);

    assertThat(step.backward(Tensor.filled(y.shape(), 1)).data()).containsOnly(0);
  }
}
