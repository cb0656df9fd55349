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
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Numbers that the book prints, or that follow from it by hand. */
class KnownNumbersTest {

  /** The book prints 8 digits. */
  private static final Offset<Double> PRINTED = within(1e-8);

  private static final Offset<Double> ROUNDING = within(1e-15);

  private static final NetworkSpec SIMPLE_NET =
      Fixture.network(
          Shape.of(2), Fixture.CROSS_ENTROPY, 0, Fixture.SGD, Fixture.affine("affine1", 3));

  private static final Tensor SIMPLE_WEIGHTS =
      Tensor.of(
          Shape.of(2, 3), .24442401, .07673328, .0531962, -.43386236, -.72365264, -1.19456457);

  private static Fixture.Recorder simpleNet() {
    ModelState start =
        new ModelState(
            0, Map.of("affine1/W", SIMPLE_WEIGHTS, "affine1/b", Tensor.zeros(Shape.of(3))));
    Fixture.Recorder recorder = new Fixture.Recorder();
    try (Dl4jModel model = Fixture.model(SIMPLE_NET, start)) {
      Batch batch =
          new Batch(1, Tensor.of(Shape.of(1, 2), .6, .9), Tensor.of(Shape.of(1, 3), 0, 0, 1));
      model.step(batch, Fixture.masks(1), recorder);
    }
    return recorder;
  }

  @Test
  void simpleNetGivesThePrintedLogits() {
    assertThat(simpleNet().tensor(Phase.FORWARD, "affine1/out").data())
        .containsExactly(new double[] {-.24382172, -.60524741, -1.04319039}, PRINTED);
  }

  @Test
  void simpleNetGivesThePrintedLoss() {
    Tensor loss = simpleNet().tensor(Phase.LOSS, "loss/value");

    assertThat(loss.shape()).isEqualTo(Shape.of());
    assertThat(loss.data()[0]).isCloseTo(1.5631113398, PRINTED);
  }

  @Test
  void simpleNetGivesThePrintedGradient() {
    assertThat(simpleNet().tensor(Phase.BACKWARD, "affine1/W").data())
        .containsExactly(
            new double[] {.27955149, .1947586, -.47431009, .41932724, .29213789, -.71146514},
            PRINTED);
  }

  @Test
  void theThreeLayerNetworkGivesThePrintedOutput() {
    NetworkSpec network =
        Fixture.network(
            Shape.of(2),
            new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0),
            0,
            Fixture.SGD,
            Fixture.affine("affine1", 3),
            new LayerSpec.Activation("sigmoid1", ActivationFunction.SIGMOID),
            Fixture.affine("affine2", 2),
            new LayerSpec.Activation("sigmoid2", ActivationFunction.SIGMOID),
            Fixture.affine("affine3", 2),
            new LayerSpec.Activation("identity1", ActivationFunction.IDENTITY));
    ModelState state =
        new ModelState(
            0,
            Map.of(
                "affine1/W", Tensor.of(Shape.of(2, 3), .1, .3, .5, .2, .4, .6),
                "affine1/b", Tensor.of(Shape.of(3), .1, .2, .3),
                "affine2/W", Tensor.of(Shape.of(3, 2), .1, .4, .2, .5, .3, .6),
                "affine2/b", Tensor.of(Shape.of(2), .1, .2),
                "affine3/W", Tensor.of(Shape.of(2, 2), .1, .3, .2, .4),
                "affine3/b", Tensor.of(Shape.of(2), .1, .2)));

    try (Dl4jModel model = Fixture.model(network, state)) {
      assertThat(model.predict(Tensor.of(Shape.of(1, 2), 1, .5)).data())
          .containsExactly(new double[] {.31682708, .69627909}, PRINTED);
    }
  }

  /** An affine layer with weights 1 and bias 0 hands its input to the loss. */
  private static double lossOf(LossSpec loss, Tensor outputs, Tensor targets) {
    int width = outputs.shape().length(1);
    NetworkSpec network =
        Fixture.network(Shape.of(width), loss, 0, Fixture.SGD, Fixture.affine("affine1", width));
    Tensor identity = Tensor.zeros(Shape.of(width, width));
    for (int i = 0; i < width; i++) {
      identity.data()[i * width + i] = 1;
    }
    Map<String, Tensor> parameters =
        Map.of("affine1/W", identity, "affine1/b", Tensor.zeros(Shape.of(width)));
    try (Dl4jModel model = Fixture.model(network, new ModelState(0, parameters))) {
      return model.step(new Batch(1, outputs, targets), Fixture.masks(1), new Fixture.Recorder());
    }
  }

  @Test
  void squaredErrorsAreThoseOfChapter4() {
    Tensor y =
        Tensor.of(
            Shape.of(2, 10),
            .1,
            .05,
            .6,
            0,
            .05,
            .1,
            0,
            .1,
            0,
            0,
            .1,
            .05,
            .1,
            0,
            .05,
            .1,
            0,
            .6,
            0,
            0);
    Tensor t = Tensor.zeros(Shape.of(2, 10));
    t.data()[2] = 1;
    t.data()[12] = 1;

    assertThat(lossOf(new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0), y, t))
        .isCloseTo((.0975 + .5975) / 2, ROUNDING);
    assertThat(lossOf(new LossSpec(LossSpec.Type.MEAN_SQUARED, 0), y, t))
        .isCloseTo(2 * (.0975 + .5975) / 2 / 10, ROUNDING);
  }

  @Test
  void crossEntropyIsThatOfChapter4() {
    // softmax of logarithms gives the numbers back
    Tensor logits = Tensor.of(Shape.of(1, 3), Math.log(.1), Math.log(.6), Math.log(.3));

    assertThat(lossOf(Fixture.CROSS_ENTROPY, logits, Tensor.of(Shape.of(1, 3), 0, 1, 0)))
        .isCloseTo(.510825457099338, within(1e-14));
    assertThat(lossOf(Fixture.CROSS_ENTROPY, logits, Tensor.of(Shape.of(1, 3), 1, 0, 0)))
        .isCloseTo(2.302584092994546, within(1e-14));
  }

  @Test
  void theStabilizerBoundsTheLossOfAnImpossibleClass() {
    Tensor logits = Tensor.of(Shape.of(1, 2), 0, 2000);

    assertThat(lossOf(Fixture.CROSS_ENTROPY, logits, Tensor.of(Shape.of(1, 2), 1, 0)))
        .isCloseTo(-Math.log(1e-7), within(1e-12));
    assertThat(lossOf(Fixture.BARE_CROSS_ENTROPY, logits, Tensor.of(Shape.of(1, 2), 1, 0)))
        .isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void withoutStabilizerAnImpossibleWrongClassCostsNothing() {
    Tensor logits = Tensor.of(Shape.of(1, 2), 0, 2000);

    assertThat(lossOf(Fixture.BARE_CROSS_ENTROPY, logits, Tensor.of(Shape.of(1, 2), 0, 1)))
        .isZero();
  }

  /** As {@code np.argmax} does; in overlapping windows as well. */
  @Test
  void ofEqualMaximaTheFirstOfAWindowTakesTheGradient() {
    NetworkSpec network =
        Fixture.network(
            Shape.of(1, 3, 3),
            new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0),
            0,
            Fixture.SGD,
            new LayerSpec.Convolution("conv1", 1, 1, 1, 1, 0, Fixture.SMALL),
            new LayerSpec.Pooling("pool1", LayerSpec.PoolingType.MAX, 2, 2, 1, 0));
    ModelState start =
        new ModelState(
            0,
            Map.of(
                "conv1/W", Tensor.filled(Shape.of(1, 1, 1, 1), 1),
                "conv1/b", Tensor.zeros(Shape.of(1))));
    Fixture.Recorder recorder = new Fixture.Recorder();
    try (Dl4jModel model = Fixture.model(network, start)) {
      // four outputs of 1 against 0: the gradient of each is 1
      Tensor ones = Tensor.filled(Shape.of(1, 1, 3, 3), 1);
      model.step(new Batch(1, ones, Tensor.zeros(Shape.of(1, 4))), Fixture.masks(1), recorder);
    }

    assertThat(recorder.tensor(Phase.BACKWARD, "conv1/out").data())
        .containsExactly(1, 1, 0, 1, 1, 0, 0, 0, 0);
  }
}
