package dev.lockstep.core.diagnosis.hypothesis;

import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.List;

/**
 * What a loss takes of weights besides what it takes of outputs, ½ λ Σ W² + λ₁ Σ |W|.
 *
 * @param l2 λ
 * @param l1 λ₁
 * @param parameters whose weights they are
 */
public record Penalty(double l2, double l1, List<ParameterSpec> parameters) {

  /** As a network has it. */
  public static Penalty of(NetworkSpec network) {
    return new Penalty(
        network.weightDecay(),
        network.adjustments().l1(),
        network.parameters().stream().filter(ParameterSpec::decayed).toList());
  }

  public Penalty with(double otherL2, double otherL1) {
    return new Penalty(otherL2, otherL1, parameters);
  }

  public Penalty only(ParameterSpec parameter) {
    return new Penalty(l2, l1, List.of(parameter));
  }

  /** Returns whether there is any. */
  public boolean exists() {
    return l2 != 0 || l1 != 0;
  }

  public double of(ModelState state) {
    double sum = 0;
    for (ParameterSpec parameter : parameters) {
      Tensor w = state.tensors().get(parameter.path());
      for (double value : w == null ? new double[0] : w.data()) {
        sum += 0.5 * l2 * value * value + l1 * Math.abs(value);
      }
    }
    return sum;
  }
}
