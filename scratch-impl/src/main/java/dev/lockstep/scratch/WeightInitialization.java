package dev.lockstep.scratch;

import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Initial values drawn by this implementation itself (chapter 6), for runs in which each side draws
 * its own. In an aligned run they come from the training plan.
 */
public final class WeightInitialization {

  private WeightInitialization() {}

  /** Returns the state of a network before its first step. */
  public static ModelState initialState(NetworkSpec network, RandomGenerator random) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    network.state().forEach((path, shape) -> tensors.put(path, Tensor.zeros(shape)));
    for (ParameterSpec parameter : network.parameters()) {
      tensors.put(parameter.path(), initialValue(parameter, random));
    }
    return new ModelState(0, tensors);
  }

  private static Tensor initialValue(ParameterSpec parameter, RandomGenerator random) {
    if (parameter.start() instanceof ParameterSpec.Start.Drawn drawn) {
      return draw(
          drawn.initial(), parameter.shape(), parameter.fanIn(), parameter.fanOut(), random);
    }
    double value = ((ParameterSpec.Start.Constant) parameter.start()).value();
    return Tensor.filled(parameter.shape(), value);
  }

  /**
   * Draws the weights of one layer.
   *
   * @param fanIn inputs of one unit
   * @param fanOut units fed by one input
   */
  public static Tensor draw(
      InitialValues initial, Shape shape, int fanIn, int fanOut, RandomGenerator random) {
    if (initial instanceof InitialValues.Normal normal) {
      return normal(shape, normal.standardDeviation(), random);
    } else if (initial instanceof InitialValues.Xavier) {
      return normal(shape, Math.sqrt(1.0 / fanIn), random);
    } else if (initial instanceof InitialValues.He) {
      return normal(shape, Math.sqrt(2.0 / fanIn), random);
    }
    return uniform(shape, Math.sqrt(6.0 / ((double) fanIn + fanOut)), random);
  }

  private static Tensor normal(Shape shape, double deviation, RandomGenerator random) {
    Tensor values = Tensor.zeros(shape);
    for (int i = 0; i < values.size(); i++) {
      values.data()[i] = deviation * random.nextGaussian();
    }
    return values;
  }

  private static Tensor uniform(Shape shape, double limit, RandomGenerator random) {
    Tensor values = Tensor.zeros(shape);
    for (int i = 0; i < values.size(); i++) {
      values.data()[i] = random.nextDouble(-limit, limit);
    }
    return values;
  }
}
