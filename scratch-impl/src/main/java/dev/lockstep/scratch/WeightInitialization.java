package dev.lockstep.scratch;

import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
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
    return draw(
        parameter.initial(), parameter.shape(), parameter.fanIn(), parameter.fanOut(), random);
  }

  /**
   * Draws the weights of one layer.
   *
   * @param fanIn inputs of one unit
   * @param fanOut units fed by one input
   */
  public static Tensor draw(
      InitialValues initial, Shape shape, int fanIn, int fanOut, RandomGenerator random) {
    DoubleSupplier source = initial.accept(new Distribution(fanIn, fanOut, random));
    Tensor values = Tensor.zeros(shape);
    for (int i = 0; i < values.size(); i++) {
      values.data()[i] = source.getAsDouble();
    }
    return values;
  }

  private record Distribution(int fanIn, int fanOut, RandomGenerator random)
      implements InitialValues.Visitor<DoubleSupplier> {

    @Override
    public DoubleSupplier constant(InitialValues.Constant initial) {
      return initial::value;
    }

    @Override
    public DoubleSupplier normal(InitialValues.Normal initial) {
      return normal(initial.standardDeviation());
    }

    private DoubleSupplier normal(double deviation) {
      return () -> deviation * random.nextGaussian();
    }

    @Override
    public DoubleSupplier xavier(InitialValues.Xavier initial) {
      return normal(Math.sqrt(1.0 / fanIn));
    }

    @Override
    public DoubleSupplier he(InitialValues.He initial) {
      return normal(Math.sqrt(2.0 / fanIn));
    }

    @Override
    public DoubleSupplier glorotUniform(InitialValues.GlorotUniform initial) {
      double limit = Math.sqrt(6.0 / ((double) fanIn + fanOut));
      return () -> random.nextDouble(-limit, limit);
    }

    @Override
    public DoubleSupplier uniform(InitialValues.Uniform initial) {
      double width = initial.to() - initial.from();
      return () -> initial.from() + width * random.nextDouble();
    }

    @Override
    public DoubleSupplier truncatedNormal(InitialValues.TruncatedNormal initial) {
      DoubleSupplier normal = normal(1);
      return () -> {
        double z = normal.getAsDouble();
        while (Math.abs(z) > 2) {
          z = normal.getAsDouble();
        }
        return initial.standardDeviation() * z;
      };
    }
  }
}
