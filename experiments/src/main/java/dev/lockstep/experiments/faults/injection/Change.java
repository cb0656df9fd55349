package dev.lockstep.experiments.faults.injection;

import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Networks with one thing changed. */
public final class Change {

  private Change() {}

  /**
   * Returns a change of the optimizer.
   *
   * @param type the kind of optimizer that the network has
   */
  public static <T extends OptimizerSpec> UnaryOperator<NetworkSpec> optimizer(
      Class<T> type, Function<T, OptimizerSpec> change) {
    return network -> network.withOptimizer(change.apply(type.cast(network.optimizer())));
  }

  public static UnaryOperator<NetworkSpec> loss(LossSpec loss) {
    return network -> network.withLoss(loss);
  }

  public static UnaryOperator<NetworkSpec> weightDecayTimes(double factor) {
    return network -> network.withWeightDecay(network.weightDecay() * factor);
  }

  public static UnaryOperator<NetworkSpec> eachLayer(UnaryOperator<LayerSpec> change) {
    return network -> network.withLayers(network.layers().stream().map(change).toList());
  }

  public static UnaryOperator<NetworkSpec> batchNormalization(
      UnaryOperator<LayerSpec.BatchNormalization> change) {
    return eachLayer(
        layer -> layer instanceof LayerSpec.BatchNormalization norm ? change.apply(norm) : layer);
  }

  public static UnaryOperator<NetworkSpec> dropout(UnaryOperator<LayerSpec.Dropout> change) {
    return eachLayer(
        layer -> layer instanceof LayerSpec.Dropout dropout ? change.apply(dropout) : layer);
  }

  /** Returns a rate that is a multiple of another in every step. */
  public static LearningRate scaled(LearningRate rate, double factor) {
    return new LearningRate(rate.initial() * factor, rate.decay());
  }
}
