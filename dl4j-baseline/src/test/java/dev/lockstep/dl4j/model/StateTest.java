package dev.lockstep.dl4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.Adjustments;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class StateTest {

  private static final double ROUNDING = 1e-15;
  private static final LearningRate RATE = LearningRate.constant(0.01);
  private static final OptimizerSpec[] OPTIMIZERS = {
    new OptimizerSpec.Sgd(RATE),
    new OptimizerSpec.Momentum(RATE, 0.9),
    new OptimizerSpec.Nesterov(RATE, 0.9, false),
    new OptimizerSpec.Nesterov(RATE, 0.9, true),
    new OptimizerSpec.AdaGrad(RATE, 1e-7),
    new OptimizerSpec.RmsProp(RATE, 0.99, 1e-7),
    new OptimizerSpec.Adam(RATE, 0.9, 0.999, 1e-7)
  };

  private static Stream<DynamicTest> forEveryNetworkAndOptimizer(Consumer<NetworkSpec> check) {
    Map<String, NetworkSpec> cases = new LinkedHashMap<>(Zoo.networks());
    for (OptimizerSpec optimizer : OPTIMIZERS) {
      for (String name : List.of("dense", "residual")) {
        NetworkSpec network = Objects.requireNonNull(cases.get(name));
        cases.put(name + ", " + optimizer, with(network, optimizer));
      }
    }
    return cases.entrySet().stream()
        .map(
            entry -> DynamicTest.dynamicTest(entry.getKey(), () -> check.accept(entry.getValue())));
  }

  private static NetworkSpec with(NetworkSpec network, OptimizerSpec optimizer) {
    return new NetworkSpec(
        network.input(), network.layers(), network.loss(), network.weightDecay(), optimizer);
  }

  /** Returns a state in which every tensor is different. */
  private static ModelState arbitrary(NetworkSpec network) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    // positive, since some are sums of squares
    network.state().forEach((path, shape) -> tensors.put(path, Fixture.drawn(path, 7, shape, 1)));
    return new ModelState(12, tensors);
  }

  @TestFactory
  Stream<DynamicTest> whatGoesInComesOut() {
    return forEveryNetworkAndOptimizer(
        network -> {
          ModelState state = arbitrary(network);
          try (Dl4jModel model = Fixture.model(network, state)) {
            assertThat(model.state()).isEqualTo(state);
            assertThat(model.state().tensors().keySet())
                .containsExactlyElementsOf(network.state().keySet());
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> anotherModelGoesOnWithTheSameBits() {
    return forEveryNetworkAndOptimizer(
        network -> {
          try (Dl4jModel first = Fixture.model(network, Fixture.start(network, 1));
              Dl4jModel second = Fixture.model(network, Fixture.start(network, 2))) {
            Fixture.train(first, network, 1, 5);
            Fixture.train(second, network, 1, 3); // a used one
            second.restore(first.state());
            Fixture.train(first, network, 6, 10);
            Fixture.train(second, network, 6, 10);

            assertThat(first.state().step()).isEqualTo(10);
            assertThat(second.state()).isEqualTo(first.state());
          }
        });
  }

  /** From a velocity of 0 the first step moves a parameter by its velocity, element by element. */
  @Test
  void optimizerStateHasTheLayoutOfItsParameter() {
    for (String name : List.of("dense", "convolution", "residual", "windows", "depthwise")) {
      NetworkSpec network =
          with(
              Objects.requireNonNull(Zoo.networks().get(name)),
              new OptimizerSpec.Momentum(RATE, 0.9));
      ModelState start = Fixture.start(network, 1);
      try (Dl4jModel model = Fixture.model(network, start)) {
        Fixture.train(model, network, 1, 1);
        ModelState after = model.state();
        for (ParameterSpec parameter : network.parameters()) {
          Tensor velocity = after.tensor(parameter.path() + "/velocity");
          for (int i = 0; i < velocity.size(); i++) {
            double moved =
                after.tensor(parameter.path()).data()[i] - start.tensor(parameter.path()).data()[i];
            assertThat(velocity.data()[i])
                .as("%s %s[%d]", name, parameter.path(), i)
                .isCloseTo(moved, within(ROUNDING));
          }
        }
      }
    }
  }

  /** DL4J gives the biases' updater to the last of the weights. */
  @Test
  void whatDl4jUpdatesAsSomethingElseIsRefused() {
    NetworkSpec network =
        Zoo.depthwise().withAdjustments(new Adjustments(0, Adjustments.NONE.clipping(), 2));

    assertThatThrownBy(() -> Fixture.model(network, Fixture.start(network, 1)))
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll("separableConv1/", "give weights and biases one updater");
  }

  @Test
  void aStateIsACopy() {
    NetworkSpec network = Objects.requireNonNull(Zoo.networks().get("dense"));
    try (Dl4jModel model = Fixture.model(network, Fixture.start(network, 1))) {
      Fixture.train(model, network, 1, 1);
      ModelState before = model.state();
      Tensor weights = before.tensor("affine1/W").copy();
      Fixture.train(model, network, 2, 2);

      assertThat(before.tensor("affine1/W")).isEqualTo(weights);
      assertThat(model.state().tensor("affine1/W")).isNotEqualTo(weights);
    }
  }

  @Test
  void aStateOfAnotherNetworkIsRefused() {
    NetworkSpec network = Objects.requireNonNull(Zoo.networks().get("dense"));
    Map<String, Tensor> tensors = new LinkedHashMap<>(Fixture.start(network, 1).tensors());
    tensors.put("affine1/W", Tensor.zeros(Shape.of(4, 5)));
    try (Dl4jModel model = Dl4jProvider.aligned(Precision.DOUBLE).create(network)) {
      assertThatThrownBy(() -> model.restore(new ModelState(0, tensors)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("affine1/W")
          .hasMessageContaining("5×4")
          .hasMessageContaining("4×5");
    }
  }
}
