package dev.lockstep.experiments.faults.injection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class PermutedRowsTest {

  private static final int ROWS = 20;

  /** Shows its inputs as the first layer's output and remembers in which order they came. */
  private static final class Echo implements Model {
    private double[] received = {};

    @Override
    public double step(Batch batch, Masks masks, Observer observer) {
      received = batch.inputs().data().clone();
      observer.observe(Phase.FORWARD, "affine1/out", batch::inputs);
      return 0;
    }

    @Override
    public Tensor predict(Tensor inputs) {
      received = inputs.data().clone();
      return inputs;
    }

    @Override
    public ModelState state() {
      return new ModelState(0, Map.of());
    }

    @Override
    public void restore(ModelState state) {}
  }

  private final Echo echo = new Echo();
  private final Model permuted = new PermutedRows(provider(), 1).create(network());
  private final Tensor rows = Tensor.zeros(Shape.of(ROWS, 1));

  PermutedRowsTest() {
    for (int i = 0; i < ROWS; i++) {
      rows.data()[i] = i;
    }
  }

  private ModelProvider provider() {
    return new ModelProvider() {
      @Override
      public String name() {
        return "echo";
      }

      @Override
      public Model create(NetworkSpec network) {
        return echo;
      }
    };
  }

  private static NetworkSpec network() {
    return BaseNetwork.SIGMOID_SGD.network();
  }

  @Test
  void rowsAreShownInTheOrderInWhichTheyWereGiven() {
    List<Tensor> shown = new ArrayList<>();
    permuted.step(
        new Batch(1, rows, rows),
        (layer, ratio, shape) -> rows,
        new Observer() {
          @Override
          public boolean watches() {
            return true;
          }

          @Override
          public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
            shown.add(tensor.get());
          }
        });

    assertThat(echo.received).containsExactlyInAnyOrder(rows.data()).isNotEqualTo(rows.data());
    assertThat(shown).containsExactly(rows);
  }

  @Test
  void predictionsComeInTheOrderInWhichTheyWereAskedFor() {
    assertThat(permuted.predict(rows)).isEqualTo(rows);
    assertThat(echo.received).isNotEqualTo(rows.data());
  }
}
