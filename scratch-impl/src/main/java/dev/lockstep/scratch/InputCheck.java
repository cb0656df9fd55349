package dev.lockstep.scratch;

import dev.lockstep.core.InputException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Arrays;

/** Checks what a network is fed with; each message names the layer, the path and the shapes. */
public final class InputCheck {

  private final Shape input;
  private final int classes;
  private final boolean oneHot;
  private final String firstLayer;
  private final double[] columnSums;

  public InputCheck(NetworkSpec network) {
    this.input = network.input();
    this.classes = network.classes();
    this.oneHot = network.loss().type() == LossSpec.Type.SOFTMAX_CROSS_ENTROPY;
    this.firstLayer = network.layers().get(0).name();
    this.columnSums = new double[input.size()];
  }

  public void require(Batch batch) {
    requireInputs(batch.inputs());
    requireTargets(batch.targets(), batch.size());
  }

  public void requireInputs(Tensor inputs) {
    Shape shape = inputs.shape();
    if (shape.rank() == 0 || !shape.sample().equals(input)) {
      throw new IllegalArgumentException(
          "%s/in: expected samples×%s, found %s".formatted(firstLayer, input, shape));
    }
    if (shape.length(0) == 0) {
      throw new IllegalArgumentException(
          "%s/in: expected at least one sample, found %s".formatted(firstLayer, shape));
    }
    if (!finite(inputs.data())) {
      requireFinite(inputs);
    }
  }

  /**
   * Adds up every column. A NaN or an infinity stays in its sum, so one look at the sums finds it;
   * looking at every number takes several times as long.
   */
  private boolean finite(double[] inputs) {
    Arrays.fill(columnSums, 0);
    for (int start = 0; start < inputs.length; start += columnSums.length) {
      for (int j = 0; j < columnSums.length; j++) {
        columnSums[j] += inputs[start + j];
      }
    }
    for (double sum : columnSums) {
      if (!Double.isFinite(sum)) {
        return false;
      }
    }
    return true;
  }

  private void requireFinite(Tensor inputs) {
    for (int i = 0; i < inputs.size(); i++) {
      if (!Double.isFinite(inputs.data()[i])) {
        throw new InputException(
            "%s/in: expected finite numbers, found %s at %s of %s; check the data set"
                .formatted(
                    firstLayer,
                    inputs.data()[i],
                    Arrays.toString(inputs.shape().indexOf(i)),
                    inputs.shape()));
      }
    }
  }

  private void requireTargets(Tensor targets, int samples) {
    if (!targets.shape().equals(Shape.of(samples, classes))) {
      throw new IllegalArgumentException(
          "loss/targets: expected %s, found %s"
              .formatted(Shape.of(samples, classes), targets.shape()));
    }
    if (oneHot) {
      requireOneHot(targets, samples);
    } else if (!Arrays.stream(targets.data()).allMatch(Double::isFinite)) {
      throw new InputException("loss/targets: expected finite numbers, found others");
    }
  }

  private void requireOneHot(Tensor targets, int samples) {
    double[] t = targets.data();
    for (int row = 0; row < samples; row++) {
      int ones = 0;
      int zeros = 0;
      for (int i = row * classes; i < (row + 1) * classes; i++) {
        ones += t[i] == 1 ? 1 : 0;
        zeros += t[i] == 0 ? 1 : 0;
      }
      if (ones != 1 || zeros != classes - 1) {
        throw new InputException(
            "loss/targets: expected one 1 and otherwise 0 in every row, found %s in row %d of %s"
                .formatted(
                    Arrays.toString(Arrays.copyOfRange(t, row * classes, (row + 1) * classes)),
                    row,
                    targets.shape()));
      }
    }
  }
}
