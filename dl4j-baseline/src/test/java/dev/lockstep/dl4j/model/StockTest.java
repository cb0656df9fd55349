package dev.lockstep.dl4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.ledger.Attribution;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.ledger.Conventions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The stock translation, and whether its differences are put down to the right conventions. */
class StockTest {

  /** Above the rounding of a few steps, below the effect of any convention. */
  private static final double NOTHING = 1e-11;

  private static final LearningRate RATE = LearningRate.constant(0.01);
  private static final int STEPS = 5;

  /** Trains with the aligned translation as the reference; returns the largest difference. */
  private static double effect(NetworkSpec network, Set<Convention> conventions) {
    double largest = 0;
    List<Fixture.Recorder> reference = record(network, Set.of());
    List<Fixture.Recorder> candidate = record(network, conventions);
    for (int step = 0; step < STEPS; step++) {
      for (Phase phase : Phase.values()) {
        for (String path : reference.get(step).in(phase).keySet()) {
          Tensor expected = reference.get(step).tensor(phase, path);
          Tensor found = candidate.get(step).tensor(phase, path);
          for (int i = 0; i < expected.size(); i++) {
            largest = Math.max(largest, Math.abs(found.data()[i] - expected.data()[i]));
          }
        }
      }
    }
    return largest;
  }

  private static List<Fixture.Recorder> record(NetworkSpec network, Set<Convention> conventions) {
    List<Fixture.Recorder> recorders = new ArrayList<>();
    try (Dl4jModel model = new Dl4jProvider(Precision.DOUBLE, conventions, 0).create(network)) {
      model.restore(Fixture.start(network, 1));
      for (int step = 1; step <= STEPS; step++) {
        Fixture.Recorder recorder = new Fixture.Recorder();
        model.step(Fixture.batch(network, step, 8), Fixture.masks(step), recorder);
        recorders.add(recorder);
      }
    }
    return recorders;
  }

  private static void assertExplained(NetworkSpec network, Convention... expected) {
    Attribution attribution =
        Attribution.search(
            Conventions.applicable(network, Conventions.stock()),
            conventions -> effect(network, conventions),
            NOTHING);

    assertThat(attribution.explanation()).containsExactlyInAnyOrder(expected);
    assertThat(attribution.unexplained()).isLessThanOrEqualTo(NOTHING);
    for (Convention convention : expected) {
      assertThat(attribution.ownEffects().get(convention))
          .as(convention.id())
          .isGreaterThan(NOTHING);
    }
  }

  private static NetworkSpec network(OptimizerSpec optimizer, LayerSpec... between) {
    List<LayerSpec> layers = new ArrayList<>();
    layers.add(Fixture.affine("affine1", 5));
    layers.addAll(List.of(between));
    layers.add(new LayerSpec.Activation("relu1", ActivationFunction.RELU));
    layers.add(Fixture.affine("affine2", 3));
    return Fixture.network(
        Shape.of(4), Fixture.CROSS_ENTROPY, 0, optimizer, layers.toArray(LayerSpec[]::new));
  }

  @Test
  void sgdDiffersInTheLossAlone() {
    assertExplained(network(new OptimizerSpec.Sgd(RATE)), Convention.CROSS_ENTROPY_CLIPPING);
  }

  @Test
  void momentum() {
    assertExplained(
        network(new OptimizerSpec.Momentum(RATE, 0.9)),
        Convention.CROSS_ENTROPY_CLIPPING,
        Convention.MOMENTUM_IS_NESTEROV);
  }

  @Test
  void adaGrad() {
    assertExplained(
        network(new OptimizerSpec.AdaGrad(RATE, 1e-7)),
        Convention.CROSS_ENTROPY_CLIPPING,
        Convention.ADAGRAD_START,
        Convention.ADAGRAD_EPSILON);
  }

  @Test
  void rmsProp() {
    assertExplained(
        network(new OptimizerSpec.RmsProp(RATE, 0.99, 1e-7)),
        Convention.CROSS_ENTROPY_CLIPPING,
        Convention.RMSPROP_START,
        Convention.RMSPROP_EPSILON);
  }

  @Test
  void adam() {
    assertExplained(
        network(new OptimizerSpec.Adam(RATE, 0.9, 0.999, 1e-7)),
        Convention.CROSS_ENTROPY_CLIPPING,
        Convention.ADAM_EPSILON);
  }

  @Test
  void dropout() {
    assertExplained(
        network(new OptimizerSpec.Sgd(RATE), new LayerSpec.Dropout("dropout1", 0.3, false)),
        Convention.CROSS_ENTROPY_CLIPPING,
        Convention.DROPOUT_SCALING);
  }

  /** The logarithm of the deviation is the same to rounding, and so explains nothing. */
  @Test
  void batchNormalization() {
    assertExplained(
        network(
            new OptimizerSpec.Sgd(RATE),
            new LayerSpec.BatchNormalization("norm1", 0.9, 1e-6, false)),
        Convention.CROSS_ENTROPY_CLIPPING,
        Convention.BATCH_NORM_EPSILON,
        Convention.BATCH_NORM_START);
  }

  @TestFactory
  java.util.stream.Stream<DynamicTest> everyNetworkCanBeTrainedAndItsStateMoved() {
    return Zoo.networks().entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(),
                    () -> {
                      NetworkSpec network = entry.getValue();
                      try (Dl4jModel stock = Dl4jProvider.stock(Precision.DOUBLE).create(network);
                          Dl4jModel other = Dl4jProvider.stock(Precision.DOUBLE).create(network)) {
                        stock.restore(Fixture.start(network, 1));
                        Fixture.train(stock, network, 1, 3);
                        ModelState state = stock.state();
                        assertThat(asAsked(state)).isEqualTo(network.state().keySet());
                        other.restore(state);
                        assertThat(other.state()).isEqualTo(state);
                      }
                    }));
  }

  /** Beside the paths that a network asks for there may be tensors in the form DL4J keeps. */
  private static Set<String> asAsked(ModelState state) {
    return state.tensors().keySet().stream()
        .filter(path -> !path.endsWith("/asKept"))
        .collect(Collectors.toSet());
  }
}
