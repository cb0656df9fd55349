package dev.lockstep.scratch.book.techniques;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.layers.Parameter;
import dev.lockstep.scratch.layers.Penalty;
import dev.lockstep.scratch.optimizers.Optimizer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How optimizers find their way down a long valley (section 6.1): {@code f(x, y) = x²/20 + y²},
 * from (−7, 2).
 */
public final class OptimizerPaths {

  private static final Tensor START = Tensor.of(Shape.of(2), -7, 2);

  /** The book's optimizers and learning rates, by the names used in experiment files. */
  public static final Map<String, OptimizerSpec> OPTIMIZERS = optimizers();

  private OptimizerPaths() {}

  private static Map<String, OptimizerSpec> optimizers() {
    Map<String, OptimizerSpec> optimizers = new LinkedHashMap<>();
    optimizers.put("sgd", new OptimizerSpec.Sgd(LearningRate.constant(0.95)));
    optimizers.put("momentum", new OptimizerSpec.Momentum(LearningRate.constant(0.1), 0.9));
    optimizers.put(
        "adaGrad",
        new OptimizerSpec.AdaGrad(LearningRate.constant(1.5), OptimizerSpec.BOOK_EPSILON));
    optimizers.put(
        "adam",
        new OptimizerSpec.Adam(LearningRate.constant(0.3), 0.9, 0.999, OptimizerSpec.BOOK_EPSILON));
    return Collections.unmodifiableMap(optimizers);
  }

  /** Returns the height of the valley, the function that is drawn as contours. */
  public static double f(double x, double y) {
    return x * x / 20 + y * y;
  }

  /**
   * Returns where an optimizer goes from the book's start.
   *
   * @return (steps + 1) × 2, from the start to the end
   */
  public static Tensor path(OptimizerSpec spec, int steps) {
    return path(spec, START, steps);
  }

  /**
   * Returns where an optimizer goes.
   *
   * @param start a vector of 2
   * @return (steps + 1) × 2, from the start to the end
   */
  public static Tensor path(OptimizerSpec spec, Tensor start, int steps) {
    Optimizer optimizer = Optimizer.of(spec);
    Parameter position = new Parameter("f", "position", Shape.of(2), Penalty.NONE);
    double[] point = position.value().data();
    System.arraycopy(start.data(), 0, point, 0, 2);
    Tensor path = Tensor.zeros(Shape.of(steps + 1, 2));
    System.arraycopy(point, 0, path.data(), 0, 2);
    for (int step = 0; step < steps; step++) {
      position.gradient().data()[0] = point[0] / 10; // ∂f/∂x
      position.gradient().data()[1] = 2 * point[1]; // ∂f/∂y
      optimizer.update(position, step);
      System.arraycopy(point, 0, path.data(), 2 * (step + 1), 2);
    }
    return path;
  }
}
