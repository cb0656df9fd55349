package dev.lockstep.dl4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PredictionTest {

  private static final Offset<Double> ROUNDING = within(1e-14);
  private static final LossSpec SQUARES = new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0);

  private static double[] dropoutPredicts(boolean inverted) {
    NetworkSpec network =
        Fixture.network(
            Shape.of(2),
            SQUARES,
            0,
            Fixture.SGD,
            Fixture.affine("affine1", 2),
            new LayerSpec.Dropout("dropout1", 0.25, inverted));
    ModelState state =
        new ModelState(
            0,
            Map.of(
                "affine1/W", Tensor.of(Shape.of(2, 2), 1, 0, 0, 1),
                "affine1/b", Tensor.zeros(Shape.of(2))));
    try (Dl4jModel model = Fixture.model(network, state)) {
      return model.predict(Tensor.of(Shape.of(1, 2), 8, -4)).data();
    }
  }

  @Test
  void theBooksDropoutScalesByTheShareThatIsKept() {
    assertThat(dropoutPredicts(false)).containsExactly(6, -3);
  }

  @Test
  void invertedDropoutDoesNothing() {
    assertThat(dropoutPredicts(true)).containsExactly(8, -4);
  }

  /**
   * DL4J's activation layer works in place where it may. Here other branches need its input, once
   * that of the network itself. Without layers that tell training from prediction both give the
   * same.
   */
  @Test
  void branchesDoNotWriteOverEachOthersInput() {
    NetworkSpec network =
        Fixture.network(Shape.of(4), SQUARES, 0, Fixture.SGD, block("block1"), block("block2"));
    Fixture.Recorder recorder = new Fixture.Recorder();
    try (Dl4jModel model = Fixture.model(network, Fixture.start(network, 1))) {
      Tensor predicted = model.predict(Fixture.batch(network, 1, 5).inputs());
      model.step(Fixture.batch(network, 1, 5), Fixture.masks(1), recorder);

      assertThat(predicted.data())
          .containsExactly(recorder.tensor(Phase.FORWARD, "loss/out").data(), ROUNDING);
    }
  }

  private static LayerSpec block(String name) {
    return new LayerSpec.Branches(
        name,
        LayerSpec.Join.SUM,
        List.of(
            List.of(
                new LayerSpec.Activation(name + "/relu1", ActivationFunction.RELU),
                Fixture.affine(name + "/affine1", 4)),
            List.of(),
            List.of(new LayerSpec.Activation(name + "/tanh1", ActivationFunction.TANH)),
            List.of(Fixture.affine(name + "/affine2", 4))));
  }

  @Test
  void predictingChangesNothing() {
    for (NetworkSpec network : Zoo.networks().values()) {
      try (Dl4jModel model = Fixture.model(network, Fixture.start(network, 1))) {
        Fixture.train(model, network, 1, 2);
        ModelState before = model.state();
        Tensor inputs = Fixture.batch(network, 1, 5).inputs();
        Tensor untouched = inputs.copy();
        model.predict(inputs);

        assertThat(model.state()).isEqualTo(before);
        assertThat(inputs).isEqualTo(untouched);
      }
    }
  }

  @Test
  void manyRowsAreTakenInPortions() {
    // so wide that a portion is 100 rows
    NetworkSpec network =
        Fixture.network(
            Shape.of(1),
            SQUARES,
            0,
            Fixture.SGD,
            new LayerSpec.Affine("affine1", 40_000, new InitialValues.Normal(1)),
            Fixture.affine("affine2", 2));
    int rows = 250;
    Tensor inputs = Fixture.drawn("rows", 1, Shape.of(rows, 1), 0);
    try (Dl4jModel model = Fixture.model(network, Fixture.start(network, 1))) {
      Tensor all = model.predict(inputs);
      assertThat(all.shape()).isEqualTo(Shape.of(rows, 2));
      for (int row : new int[] {0, 99, 100, 249}) {
        Tensor one = model.predict(Tensor.of(Shape.of(1, 1), inputs.data()[row]));
        for (int column = 0; column < 2; column++) {
          // sums of 40,000 products in another order
          assertThat(one.data()[column]).isCloseTo(all.data()[row * 2 + column], within(1e-10));
        }
      }
    }
  }

  @Test
  void probabilitiesComeOutWhereTheLossHasASoftmax() {
    NetworkSpec network = Objects.requireNonNull(Zoo.networks().get("dense"));
    try (Dl4jModel model = Fixture.model(network, Fixture.start(network, 1))) {
      Fixture.train(model, network, 1, 2);
      double[] row = model.predict(Fixture.drawn("x", 1, Shape.of(1, 5), 0)).data();
      assertThat(row[0] + row[1] + row[2]).isCloseTo(1, ROUNDING);
    }
  }
}
