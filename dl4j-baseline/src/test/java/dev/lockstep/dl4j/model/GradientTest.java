package dev.lockstep.dl4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Holds every observed gradient against central differences of the loss that a step returns. */
class GradientTest {

  private static final int SAMPLES = 4;

  /** Balances the truncation error, h², against rounding, 1e-16 ÷ h. */
  private static final double STEP = 1e-5;

  /** Of the largest gradient of a tensor: what the differences themselves are good for. */
  private static final double TOLERANCE = 1e-6;

  /** Differences are taken at so many elements of a tensor, spread over it. */
  private static final int ELEMENTS = 5;

  /** Where all of a tensor's gradients vanish, as those of a bias before batch normalization. */
  private static final double ABSOLUTE = 1e-9;

  private static double loss(Dl4jModel model, ModelState state, Batch batch) {
    model.restore(state);
    return model.step(batch, Fixture.masks(1), Observer.NONE);
  }

  private static ModelState with(ModelState state, String path, Tensor tensor) {
    Map<String, Tensor> tensors = new LinkedHashMap<>(state.tensors());
    tensors.put(path, tensor);
    return new ModelState(state.step(), tensors);
  }

  private static double difference(
      Dl4jModel model, ModelState state, String path, int element, Batch batch) {
    double[] losses = new double[2];
    for (int side = 0; side < 2; side++) {
      Tensor moved = state.tensor(path).copy();
      moved.data()[element] += side == 0 ? STEP : -STEP;
      losses[side] = loss(model, with(state, path, moved), batch);
    }
    return (losses[0] - losses[1]) / (2 * STEP);
  }

  @TestFactory
  Stream<DynamicTest> gradientsAreThoseOfTheLoss() {
    return Zoo.networks().entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(entry.getKey(), () -> checkParameters(entry.getValue())));
  }

  private static void checkParameters(NetworkSpec network) {
    ModelState state = Fixture.start(network, 1);
    Batch batch = Fixture.batch(network, 1, SAMPLES);
    Fixture.Recorder recorder = new Fixture.Recorder();
    try (Dl4jModel model = Fixture.model(network, state)) {
      model.step(batch, Fixture.masks(1), recorder);
      for (ParameterSpec parameter : network.parameters()) {
        String path = parameter.path();
        Tensor gradient = recorder.tensor(Phase.BACKWARD, path);
        double allowed = Math.max(ABSOLUTE, TOLERANCE * gradient.largestMagnitude());
        int stride = Math.max(1, gradient.size() / ELEMENTS);
        for (int i = 0; i < gradient.size(); i += stride) {
          assertThat(gradient.data()[i])
              .as("%s[%d]", path, i)
              .isCloseTo(difference(model, state, path, i, batch), within(allowed));
        }
      }
    }
  }
}
