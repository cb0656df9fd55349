package dev.lockstep.scratch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole networks: every parameter's gradient against central differences of the step's loss. */
class NetworkGradientTest {

  /** The project's bound for double precision, relative to the largest entry of the gradient. */
  private static final double TOLERANCE = 1e-6;

  /**
   * A bias in front of batch normalization has the gradient 0, and the difference of two losses
   * near 1 is known to 1e-16/h only.
   */
  private static final double NOISE = 1e-10;

  private static final double H = 1e-5;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPEN")
  void dense(LossSpec.Type loss) {
    check(Networks.dense(new OptimizerSpec.Sgd(Networks.RATE), new LossSpec(loss, 0), 0.1));
  }

  @Test
  void imagesAndBranches() {
    check(Networks.images(0.1));
  }

  private static void check(NetworkSpec network) {
    ModelState start = WeightInitialization.initialState(network, new Random(1));
    Batch batch = Networks.batch(network, 1, 4);
    Model model = new ScratchProvider().create(network);
    model.restore(start);
    Recorder seen = new Recorder();
    model.step(batch, Networks.masks(1), seen);

    for (ParameterSpec parameter : network.parameters()) {
      String path = parameter.path();
      double[] gradient = seen.get(Phase.BACKWARD, path).data();
      Tensor value = start.tensor(path);
      double bound = Math.max(NOISE, TOLERANCE * seen.get(Phase.BACKWARD, path).largestMagnitude());
      for (int i = 0; i < value.size(); i++) {
        double original = value.data()[i];
        value.data()[i] = original + H;
        double above = loss(model, start, batch);
        value.data()[i] = original - H;
        double below = loss(model, start, batch);
        value.data()[i] = original;
        assertThat(Math.abs(gradient[i] - (above - below) / (2 * H)))
            .as("%s element %d", path, i)
            .isLessThanOrEqualTo(bound);
      }
    }
  }

  private static double loss(Model model, ModelState start, Batch batch) {
    model.restore(start);
    return model.step(batch, Networks.masks(1), Observer.NONE);
  }
}
