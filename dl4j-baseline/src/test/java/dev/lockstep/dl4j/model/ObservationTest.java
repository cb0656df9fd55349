package dev.lockstep.dl4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ObservationTest {

  private static final int SAMPLES = 4;
  private static final double ROUNDING = 1e-13;

  private static Stream<DynamicTest> forEveryNetwork(Consumer<NetworkSpec> check) {
    return Zoo.networks().entrySet().stream()
        .map(
            entry -> DynamicTest.dynamicTest(entry.getKey(), () -> check.accept(entry.getValue())));
  }

  private static Fixture.Recorder observe(NetworkSpec network) {
    Fixture.Recorder recorder = new Fixture.Recorder();
    try (Dl4jModel model = Fixture.model(network, Fixture.start(network, 1))) {
      model.step(Fixture.batch(network, 1, SAMPLES), Fixture.masks(1), recorder);
    }
    return recorder;
  }

  @TestFactory
  Stream<DynamicTest> everyTensorOfEveryPhaseIsSeenOnce() {
    return forEveryNetwork(
        network -> {
          Fixture.Recorder recorder = observe(network);
          List<String> outputs =
              network.allLayers().stream().map(layer -> layer.name() + "/out").toList();
          List<String> forward = new ArrayList<>(outputs);
          forward.add("loss/out");
          List<String> backward = new ArrayList<>(outputs);
          network.parameters().stream().map(ParameterSpec::path).forEach(backward::add);

          assertThat(recorder.in(Phase.FORWARD).keySet()).containsExactlyElementsOf(forward);
          assertThat(recorder.in(Phase.LOSS).keySet()).containsExactly("loss/value");
          assertThat(recorder.in(Phase.BACKWARD).keySet())
              .containsExactlyInAnyOrderElementsOf(backward);
          assertThat(recorder.in(Phase.UPDATE).keySet())
              .containsExactlyElementsOf(network.state().keySet());
        });
  }

  @TestFactory
  Stream<DynamicTest> everyTensorHasItsShape() {
    return forEveryNetwork(
        network -> {
          Fixture.Recorder recorder = observe(network);
          network
              .outputShapes()
              .forEach(
                  (layer, shape) -> {
                    Shape batch = shape.batchOf(SAMPLES);
                    assertThat(recorder.tensor(Phase.FORWARD, layer + "/out").shape())
                        .isEqualTo(batch);
                    assertThat(recorder.tensor(Phase.BACKWARD, layer + "/out").shape())
                        .isEqualTo(batch);
                  });
          assertThat(recorder.tensor(Phase.FORWARD, "loss/out").shape())
              .isEqualTo(Shape.of(SAMPLES, network.classes()));
          assertThat(recorder.tensor(Phase.LOSS, "loss/value").shape()).isEqualTo(Shape.of());
          network
              .state()
              .forEach(
                  (path, shape) ->
                      assertThat(recorder.tensor(Phase.UPDATE, path).shape()).isEqualTo(shape));
        });
  }

  @TestFactory
  Stream<DynamicTest> phasesComeInTheirOrder() {
    return forEveryNetwork(
        network -> {
          List<Phase> order = new ArrayList<>();
          Observer observer =
              new Observer() {
                @Override
                public boolean watches() {
                  return true;
                }

                @Override
                public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
                  order.add(phase);
                }
              };
          try (Dl4jModel model = Fixture.model(network, Fixture.start(network, 1))) {
            model.step(Fixture.batch(network, 1, SAMPLES), Fixture.masks(1), observer);
          }
          assertThat(order).isSorted().contains(Phase.values());
        });
  }

  @TestFactory
  Stream<DynamicTest> anObservedTrainingHasTheBitsOfAnUnobservedOne() {
    return forEveryNetwork(
        network -> {
          ModelState start = Fixture.start(network, 1);
          try (Dl4jModel observed = Fixture.model(network, start);
              Dl4jModel bare = Fixture.model(network, start)) {
            for (long step = 1; step <= 10; step++) {
              Batch batch = Fixture.batch(network, step, SAMPLES);
              Observer observer = step % 3 == 0 ? Observer.NONE : new Fixture.Recorder();
              double seen = observed.step(batch, Fixture.masks(step), observer);
              double unseen = bare.step(batch, Fixture.masks(step), Observer.NONE);
              assertThat(seen).isEqualTo(unseen);
            }
            assertThat(observed.state()).isEqualTo(bare.state());
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> theObservedLossIsTheReturnedOne() {
    return forEveryNetwork(
        network -> {
          Fixture.Recorder recorder = new Fixture.Recorder();
          try (Dl4jModel model = Fixture.model(network, Fixture.start(network, 1))) {
            double loss =
                model.step(Fixture.batch(network, 1, SAMPLES), Fixture.masks(1), recorder);
            assertThat(recorder.tensor(Phase.LOSS, "loss/value").data()[0]).isEqualTo(loss);
          }
        });
  }

  /** The mean gradient of the logits under softmax and cross entropy is (y − t) ÷ N. */
  @Test
  void gradientsOfOutputsAreAveragedOverTheBatch() {
    NetworkSpec network = Objects.requireNonNull(Zoo.networks().get("dense"));
    Fixture.Recorder recorder = observe(network);

    Tensor y = recorder.tensor(Phase.FORWARD, "loss/out");
    Tensor t = Fixture.batch(network, 1, SAMPLES).targets();
    Tensor gradient = recorder.tensor(Phase.BACKWARD, "affine3/out");
    for (int i = 0; i < y.size(); i++) {
      assertThat(gradient.data()[i])
          .isCloseTo((y.data()[i] - t.data()[i]) / SAMPLES, within(ROUNDING));
    }
  }

  /** db = Σ dL/dout over the batch, of every affine layer, whatever stands around it. */
  @TestFactory
  Stream<DynamicTest> aBiasGradientIsTheSumOfItsOutputGradients() {
    return forEveryNetwork(
        network -> {
          Map<String, Tensor> backward = observe(network).in(Phase.BACKWARD);
          for (LayerSpec layer : network.allLayers()) {
            if (layer instanceof LayerSpec.Affine affine) {
              Tensor out = Objects.requireNonNull(backward.get(affine.name() + "/out"));
              Tensor bias = Objects.requireNonNull(backward.get(affine.name() + "/b"));
              for (int unit = 0; unit < affine.units(); unit++) {
                double sum = 0;
                for (int row = 0; row < SAMPLES; row++) {
                  sum += out.data()[row * affine.units() + unit];
                }
                assertThat(bias.data()[unit]).as(layer.name()).isCloseTo(sum, within(ROUNDING));
              }
            }
          }
        });
  }

  /** DL4J's own dropout writes its mask into the activations of the layer before it. */
  @Test
  void whatStandsBeforeDropoutIsSeenUnmasked() {
    NetworkSpec network = Objects.requireNonNull(Zoo.networks().get("dense"));
    Fixture.Recorder recorder = observe(network);
    Tensor before = recorder.tensor(Phase.FORWARD, "sigmoid1/out");
    Tensor after = recorder.tensor(Phase.FORWARD, "dropout2/out");
    Tensor mask = Fixture.masks(1).mask("dropout2", 0.3, before.shape());

    assertThat(mask.data()).contains(0).contains(1);
    for (int i = 0; i < before.size(); i++) {
      assertThat(before.data()[i]).isPositive();
      assertThat(after.data()[i])
          .isCloseTo(before.data()[i] * mask.data()[i] / 0.7, within(ROUNDING));
    }
  }

  @Test
  void whoWatchesNothingIsToldNothing() {
    NetworkSpec network = Objects.requireNonNull(Zoo.networks().get("dense"));
    Observer blind =
        new Observer() {
          @Override
          public boolean watches() {
            return false;
          }

          @Override
          public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
            throw new AssertionError("told of " + path);
          }
        };
    try (Dl4jModel model = Fixture.model(network, Fixture.start(network, 1))) {
      double loss = model.step(Fixture.batch(network, 1, SAMPLES), Fixture.masks(1), blind);
      assertThat(loss).isPositive();
    }
  }
}
