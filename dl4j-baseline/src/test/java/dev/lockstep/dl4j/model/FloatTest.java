package dev.lockstep.dl4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class FloatTest {

  /** Of a tensor's largest magnitude: some hundred roundings of 6e-8 in one step. */
  private static final double TOLERANCE = 1e-5;

  private static Fixture.Recorder observe(NetworkSpec network, Precision precision) {
    Fixture.Recorder recorder = new Fixture.Recorder();
    try (Dl4jModel model = Dl4jProvider.aligned(precision).create(network)) {
      model.restore(Fixture.start(network, 1));
      model.step(Fixture.batch(network, 1, 4), Fixture.masks(1), recorder);
    }
    return recorder;
  }

  @TestFactory
  Stream<DynamicTest> aFloatStepIsADoubleStepToRounding() {
    return Zoo.networks().entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(),
                    () -> {
                      Fixture.Recorder floats = observe(entry.getValue(), Precision.FLOAT);
                      Fixture.Recorder doubles = observe(entry.getValue(), Precision.DOUBLE);
                      for (Phase phase : new Phase[] {Phase.FORWARD, Phase.LOSS, Phase.BACKWARD}) {
                        doubles
                            .in(phase)
                            .forEach(
                                (path, tensor) ->
                                    compare(path, floats.tensor(phase, path), tensor));
                      }
                    }));
  }

  private static void compare(String path, Tensor floats, Tensor doubles) {
    double allowed = TOLERANCE * Math.max(1, doubles.largestMagnitude());
    boolean rounded = false;
    for (int i = 0; i < doubles.size(); i++) {
      double value = floats.data()[i];
      assertThat(value).as("%s[%d]", path, i).isCloseTo(doubles.data()[i], within(allowed));
      rounded |= value != doubles.data()[i];
    }
    if (path.equals("affine1/W")) {
      assertThat(rounded).as("%s was computed in float", path).isTrue();
    }
  }
}
