package dev.lockstep.dl4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Layers on numbers small enough for a pencil. */
class LayerTest {

  private static final Offset<Double> ROUNDING = within(1e-14);
  private static final LossSpec SQUARES = new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0);

  /** A network cannot be trained without a parameter, so an identity stands before the layer. */
  private static NetworkSpec afterIdentity(Shape input, LayerSpec layer) {
    LayerSpec identity =
        input.rank() == 3
            ? new LayerSpec.Convolution("identity", input.length(0), 1, 1, 1, 0, Fixture.SMALL)
            : Fixture.affine("identity", input.size());
    return Fixture.network(input, SQUARES, 0, Fixture.SGD, identity, layer);
  }

  private static ModelState state(NetworkSpec network, Map<String, Tensor> parameters) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    network.state().forEach((path, shape) -> tensors.put(path, Tensor.zeros(shape)));
    Tensor identity = Objects.requireNonNull(tensors.get("identity/W"));
    int width = identity.shape().length(0);
    for (int i = 0; i < width; i++) {
      identity.data()[i * width + i] = 1;
    }
    tensors.putAll(parameters);
    return new ModelState(0, tensors);
  }

  /** Takes a step; the gradient of the layer's output is (out − targets) ÷ samples. */
  private static Fixture.Recorder observe(
      LayerSpec layer, Map<String, Tensor> parameters, Tensor inputs, double... targets) {
    NetworkSpec network = afterIdentity(inputs.shape().sample(), layer);
    int samples = inputs.shape().length(0);
    Fixture.Recorder recorder = new Fixture.Recorder();
    try (Dl4jModel model = Fixture.model(network, state(network, parameters))) {
      Tensor t = Tensor.of(Shape.of(samples, network.classes()), targets);
      model.step(new Batch(1, inputs, t), Fixture.masks(1), recorder);
    }
    return recorder;
  }

  @Test
  void aConvolutionIsACrossCorrelation() {
    LayerSpec layer = new LayerSpec.Convolution("conv1", 1, 2, 2, 1, 0, Fixture.SMALL);
    Map<String, Tensor> parameters =
        Map.of(
            "conv1/W", Tensor.of(Shape.of(1, 1, 2, 2), 1, 2, 3, 4),
            "conv1/b", Tensor.of(Shape.of(1), 10));
    Tensor image = Tensor.of(Shape.of(1, 1, 2, 3), 1, 2, 3, 4, 5, 6);

    Fixture.Recorder seen = observe(layer, parameters, image, 46, 57);

    // 1·1 + 2·2 + 3·4 + 4·5 + 10 and 1·2 + 2·3 + 3·5 + 4·6 + 10; gradients 1 and 0
    assertThat(seen.tensor(Phase.FORWARD, "conv1/out").data()).containsExactly(47, 57);
    assertThat(seen.tensor(Phase.BACKWARD, "conv1/W").data()).containsExactly(1, 2, 4, 5);
    assertThat(seen.tensor(Phase.BACKWARD, "conv1/b").data()).containsExactly(1);
    assertThat(seen.tensor(Phase.BACKWARD, "identity/out").data())
        .containsExactly(1, 2, 0, 3, 4, 0);
  }

  @Test
  void strideAndPadRoundDown() {
    LayerSpec layer = new LayerSpec.Convolution("conv1", 1, 2, 2, 2, 1, Fixture.SMALL);
    Map<String, Tensor> parameters =
        Map.of(
            "conv1/W", Tensor.of(Shape.of(1, 1, 2, 2), 1, 2, 3, 4),
            "conv1/b", Tensor.zeros(Shape.of(1)));
    // 3×3 becomes 5×5 with zeros around it; windows start at 0 and 2, the last row is left out
    Tensor image = Tensor.of(Shape.of(1, 1, 3, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9);

    Fixture.Recorder seen = observe(layer, parameters, image, 0, 0, 0, 0);

    // 4·1; 3·2 + 4·3; 2·4 + 4·7; 1·5 + 2·6 + 3·8 + 4·9
    assertThat(seen.tensor(Phase.FORWARD, "conv1/out").data()).containsExactly(4, 18, 36, 77);
  }

  @Test
  void aPaddedElementCountsAsZeroInAMaximum() {
    LayerSpec layer = new LayerSpec.Pooling("pool1", LayerSpec.PoolingType.MAX, 2, 2, 2, 1);
    Tensor image = Tensor.of(Shape.of(1, 1, 2, 2), -1, -2, -3, 4);

    Fixture.Recorder seen = observe(layer, Map.of(), image, 1, 1, 1, 1);

    // DL4J's own padding would leave -1, -2 and -3
    assertThat(seen.tensor(Phase.FORWARD, "pool1/out").data()).containsExactly(0, 0, 0, 4);
    assertThat(seen.tensor(Phase.BACKWARD, "identity/out").data()).containsExactly(0, 0, 0, 3);
  }

  @Test
  void aPaddedElementCountsAsZeroInAMean() {
    LayerSpec layer = new LayerSpec.Pooling("pool1", LayerSpec.PoolingType.AVERAGE, 2, 2, 2, 1);
    Tensor image = Tensor.of(Shape.of(1, 1, 2, 2), 4, 8, -4, 12);

    Fixture.Recorder seen = observe(layer, Map.of(), image, 0, 0, 0, 0);

    assertThat(seen.tensor(Phase.FORWARD, "pool1/out").data()).containsExactly(1, 2, -1, 3);
    assertThat(seen.tensor(Phase.BACKWARD, "identity/out").data())
        .containsExactly(0.25, 0.5, -0.25, 0.75);
  }

  @Test
  void theFirstOfEqualMaximaTakesTheGradient() {
    LayerSpec layer = new LayerSpec.Pooling("pool1", LayerSpec.PoolingType.MAX, 2, 2, 1, 0);
    Tensor image = Tensor.of(Shape.of(1, 1, 2, 3), 5, 1, 5, 5, 5, 5);

    Fixture.Recorder seen = observe(layer, Map.of(), image, 4, 3);

    // windows (5 1 5 5) and (1 5 5 5): the first of each, row by row
    assertThat(seen.tensor(Phase.BACKWARD, "identity/out").data())
        .containsExactly(1, 0, 2, 0, 0, 0);
  }

  private static final double EPSILON = 1e-6;

  @Test
  void batchNormalizationUsesTheBiasedVariance() {
    LayerSpec layer = new LayerSpec.BatchNormalization("norm1", 0.9, EPSILON, false);
    Map<String, Tensor> parameters =
        Map.of(
            "norm1/gamma", Tensor.of(Shape.of(1), 2),
            "norm1/beta", Tensor.of(Shape.of(1), 1),
            "norm1/runningMean", Tensor.of(Shape.of(1), 10),
            "norm1/runningVar", Tensor.of(Shape.of(1), 0));

    Fixture.Recorder seen = observe(layer, parameters, Tensor.of(Shape.of(2, 1), 1, 3), 0, 0);

    // mean 2, variance 1
    double scaled = 1 / Math.sqrt(1 + EPSILON);
    assertThat(seen.tensor(Phase.FORWARD, "norm1/out").data())
        .containsExactly(new double[] {1 - 2 * scaled, 1 + 2 * scaled}, ROUNDING);
    assertThat(seen.tensor(Phase.UPDATE, "norm1/runningMean").data()[0])
        .isCloseTo(0.9 * 10 + 0.1 * 2, ROUNDING);
    assertThat(seen.tensor(Phase.UPDATE, "norm1/runningVar").data()[0]).isCloseTo(0.1, ROUNDING);
  }

  @Test
  void batchNormalizationPredictsWithItsStatistics() {
    LayerSpec layer = new LayerSpec.BatchNormalization("norm1", 0.9, EPSILON, false);
    NetworkSpec network = afterIdentity(Shape.of(1), layer);
    Map<String, Tensor> parameters =
        Map.of(
            "norm1/gamma", Tensor.of(Shape.of(1), 2),
            "norm1/beta", Tensor.of(Shape.of(1), 1),
            "norm1/runningMean", Tensor.of(Shape.of(1), 3),
            "norm1/runningVar", Tensor.of(Shape.of(1), 4));

    try (Dl4jModel model = Fixture.model(network, state(network, parameters))) {
      assertThat(model.predict(Tensor.of(Shape.of(1, 1), 7)).data()[0])
          .isCloseTo(1 + 2 * 4 / Math.sqrt(4 + EPSILON), ROUNDING);
    }
  }

  private static double[] normalized(boolean perChannel, int features) {
    LayerSpec layer = new LayerSpec.BatchNormalization("norm1", 0.9, EPSILON, perChannel);
    Tensor gamma = Tensor.filled(Shape.of(features), 1);
    Tensor images = Tensor.of(Shape.of(2, 1, 1, 2), 1, 5, 3, 7);
    return observe(layer, Map.of("norm1/gamma", gamma), images, 0, 0, 0, 0)
        .tensor(Phase.FORWARD, "norm1/out")
        .data();
  }

  @Test
  void anImageIsNormalizedPerElementOrPerChannel() {
    // per element: means 2 and 6, variances 1
    double one = 1 / Math.sqrt(1 + EPSILON);
    assertThat(normalized(false, 2)).containsExactly(new double[] {-one, -one, one, one}, ROUNDING);
    // per channel: mean 4, variance 5
    double deviation = Math.sqrt(5 + EPSILON);
    assertThat(normalized(true, 1))
        .containsExactly(
            new double[] {-3 / deviation, 1 / deviation, -1 / deviation, 3 / deviation}, ROUNDING);
  }

  @Test
  void reluHasNoSlopeAtZeroAndStepNone() {
    Tensor x = Tensor.of(Shape.of(1, 3), -1, 0, 2);

    Fixture.Recorder relu =
        observe(new LayerSpec.Activation("a", ActivationFunction.RELU), Map.of(), x, -1, -1, -1);
    assertThat(relu.tensor(Phase.FORWARD, "a/out").data()).containsExactly(0, 0, 2);
    assertThat(relu.tensor(Phase.BACKWARD, "identity/out").data()).containsExactly(0, 0, 3);

    Fixture.Recorder step =
        observe(new LayerSpec.Activation("a", ActivationFunction.STEP), Map.of(), x, -1, -1, -1);
    assertThat(step.tensor(Phase.FORWARD, "a/out").data()).containsExactly(0, 0, 1);
    assertThat(step.tensor(Phase.BACKWARD, "identity/out").data()).containsExactly(0, 0, 0);
  }
}
