package dev.lockstep.scratch.book.backpropagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.execution.Sequence;
import dev.lockstep.scratch.kernels.MatrixProduct;
import dev.lockstep.scratch.layers.Affine;
import dev.lockstep.scratch.layers.Pass;
import dev.lockstep.scratch.layers.SoftmaxWithLoss;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TwoLayerNetTest {

  /** The book prints eight digits, of weights and of answers. */
  private static final Offset<Double> PRINTED = within(1e-8);

  /** Two ways of adding up the same products. */
  private static final Offset<Double> ROUNDING = within(1e-14);

  private final Tensor x = random(Shape.of(7, 6), 1);
  private final Tensor t = labels(2, 0, 1, 1, 2, 0, 1);

  private static Tensor random(Shape shape, long seed) {
    Random random = new Random(seed);
    Tensor tensor = Tensor.zeros(shape);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.data()[i] = random.nextGaussian();
    }
    return tensor;
  }

  private static Tensor labels(int... labels) {
    Tensor targets = Tensor.zeros(Shape.of(labels.length, 3));
    for (int i = 0; i < labels.length; i++) {
      targets.data()[3 * i + labels[i]] = 1;
    }
    return targets;
  }

  private static List<ActivationFunction> theBooksFunctions() {
    return List.of(ActivationFunction.SIGMOID, ActivationFunction.RELU);
  }

  private static List<ActivationFunction> otherFunctions() {
    return List.of(ActivationFunction.TANH, ActivationFunction.STEP);
  }

  private static Stream<Arguments> functionsAndSamples() {
    return theBooksFunctions().stream()
        .flatMap(function -> Stream.of(1, 2, 7).map(samples -> Arguments.of(function, samples)));
  }

  private static Map<String, Tensor> initial() {
    return new dev.lockstep.scratch.book.learning.TwoLayerNet(6, 5, 3, 0.5, new Random(3))
        .parameters();
  }

  @ParameterizedTest
  @MethodSource("functionsAndSamples")
  void itsGradientsAreThoseOfCentralDifferences(ActivationFunction function, int samples) {
    TwoLayerNet net = new TwoLayerNet(initial(), function);

    GradientCheck.Result result = net.checkGradient(rows(x, samples), rows(t, samples));

    assertThat(result.agrees()).as(result.toString()).isTrue();
    assertThat(result.compared()).isEqualTo(6 * 5 + 5 + 5 * 3 + 3);
  }

  private static Tensor rows(Tensor batch, int samples) {
    Shape shape = batch.shape().sample().batchOf(samples);
    return Tensor.of(shape, Arrays.copyOf(batch.data(), shape.size()));
  }

  @Test
  void withSigmoidItIsTheNetworkOfChapterFour() {
    TwoLayerNet net = new TwoLayerNet(initial(), ActivationFunction.SIGMOID);
    dev.lockstep.scratch.book.learning.TwoLayerNet byDefinition =
        new dev.lockstep.scratch.book.learning.TwoLayerNet(initial());

    assertThat(net.predict(x).data()).containsExactly(byDefinition.predict(x).data(), ROUNDING);
    assertThat(net.loss(x, t)).isCloseTo(byDefinition.loss(x, t), ROUNDING);
    assertThat(net.accuracy(x, t)).isEqualTo(byDefinition.accuracy(x, t));
  }

  /** With one layer it is the book's simpleNet, whose gradient the book prints. */
  @Test
  void affineAndSoftmaxWithLossGiveThePrintedGradient() {
    Affine affine = new Affine("affine1", 2, 3, 0, MatrixProduct.pureJava());
    double[] w = {.24442401, .07673328, .0531962, -.43386236, -.72365264, -1.19456457};
    System.arraycopy(w, 0, affine.parameters().get(0).value().data(), 0, w.length);
    SoftmaxWithLoss loss = new SoftmaxWithLoss(1e-7);
    Masks none = Pass.PREDICTION.masks();
    Sequence layers = new Sequence(List.of(affine));

    Tensor scores =
        layers.forward(Tensor.of(Shape.of(1, 2), .6, .9), Pass.training(none, Observer.NONE));
    loss.output(scores);
    double value = loss.value(Tensor.of(Shape.of(1, 3), 0, 0, 1));
    layers.backward(loss.backward());

    assertThat(scores.data())
        .containsExactly(new double[] {-.24382172, -.60524741, -1.04319039}, PRINTED);
    assertThat(value).isCloseTo(1.5631113398, PRINTED);
    assertThat(affine.parameters().get(0).gradient().data())
        .containsExactly(
            new double[] {.27955149, .1947586, -.47431009, .41932724, .29213789, -.71146514},
            PRINTED);
  }

  @ParameterizedTest
  @MethodSource("theBooksFunctions")
  void learnsSevenSamplesByHeart(ActivationFunction function) {
    TwoLayerNet net = new TwoLayerNet(initial(), function);

    for (int step = 0; step < 1000; step++) {
      net.step(x, t, 0.5);
    }

    assertThat(net.accuracy(x, t)).isOne();
    assertThat(net.loss(x, t)).isLessThan(0.1);
  }

  /** One step by hand: the last bias moves by the learning rate times the mean error. */
  @Test
  void aStepMovesAgainstTheGradient() {
    TwoLayerNet net = new TwoLayerNet(initial(), ActivationFunction.RELU);
    double[] y = net.predict(x).data();

    net.step(x, t, 0.1);

    double[] bias = Objects.requireNonNull(net.parameters().get("affine2/b")).data();
    for (int k = 0; k < 3; k++) {
      double error = 0;
      for (int row = 0; row < 7; row++) {
        error += (y[3 * row + k] - t.data()[3 * row + k]) / 7;
      }
      assertThat(bias[k]).isCloseTo(-0.1 * error, ROUNDING);
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    TwoLayerNet net = new TwoLayerNet(initial(), ActivationFunction.RELU);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> net.loss(Tensor.zeros(Shape.of(2, 5)), rows(t, 2)))
        .withMessageContainingAll("affine1", "6", "2×5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> net.loss(x, rows(t, 2)))
        .withMessageContainingAll("targets", "7×3", "2×3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> net.predict(Tensor.filled(Shape.of(1, 6), Double.NaN)))
        .withMessage("affine1/in: expected finite numbers, found NaN at [0, 0]");

    Map<String, Tensor> wrong = new LinkedHashMap<>(initial());
    wrong.put("affine2/b", Tensor.zeros(Shape.of(4)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TwoLayerNet(wrong, ActivationFunction.RELU))
        .withMessage("affine2/b: expected 3, found 4");
  }

  @ParameterizedTest
  @MethodSource("otherFunctions")
  void hasNoOtherFunctionsThanTheBooks(ActivationFunction function) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TwoLayerNet(initial(), function))
        .withMessageContaining("expected relu or sigmoid");
  }
}
