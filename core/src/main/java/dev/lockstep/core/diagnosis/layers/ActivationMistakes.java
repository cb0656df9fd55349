package dev.lockstep.core.diagnosis.layers;

import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;

/** Activations that compute another function. */
final class ActivationMistakes {

  private final Look first;
  private final Judged judged;
  private final LayerSpec.Activation layer;
  private final Recomputed recomputed;

  private ActivationMistakes(
      Look first, Judged judged, LayerSpec.Activation layer, Recomputed recomputed) {
    this.first = first;
    this.judged = judged;
    this.layer = layer;
    this.recomputed = recomputed;
  }

  /**
   * @param judged the first output that differs
   */
  static void add(Look first, Judged judged, LayerSpec.Activation layer, Recomputed recomputed) {
    new ActivationMistakes(first, judged, layer, recomputed).all();
  }

  private void all() {
    ActivationFunction function = layer.function();
    if (function instanceof ActivationFunction.Relu) {
      computes("|x|", Math::abs, (x, y) -> x < 0 ? -1 : x > 0 ? 1 : 0);
      double slope = slopeBelow();
      if (Double.isFinite(slope) && slope != 0 && Numbers.exact(slope) != 1) {
        computes(
            "a leaky ReLU with slope " + Numbers.setting(slope),
            x -> x > 0 ? x : slope * x,
            (x, y) -> x > 0 ? 1 : slope);
      }
      double largest = judged.candidate().largestMagnitude();
      computes(
          "min(max(0, x), %s)".formatted(Numbers.setting(largest)),
          x -> Math.min(Math.max(0, x), largest),
          (x, y) -> x > 0 && x < largest ? 1 : 0);
    } else if (function instanceof ActivationFunction.Sigmoid) {
      double factor = fitted(x -> x, (x, y) -> Math.log(y / (1 - y)));
      if (Double.isFinite(factor)) {
        computes(
            "1 / (1 + exp(-%s·x))".formatted(Numbers.setting(factor)),
            x -> 1 / (1 + Math.exp(-factor * x)),
            (x, y) -> factor * y * (1 - y));
      }
      for (boolean derived : new boolean[] {true, false}) {
        computes(
            "(1 + x / (1 + |x|)) / 2",
            x -> (1 + x / (1 + Math.abs(x))) / 2,
            (x, y) -> derived ? 0.5 / Math.pow(1 + Math.abs(x), 2) : y * (1 - y));
      }
      computes(
          "x/4 + 1/2 between -2 and 2",
          x -> clipped(x / 4 + 0.5, 0, 1),
          (x, y) -> Math.abs(x) < 2 ? 0.25 : 0);
    } else if (function instanceof ActivationFunction.Tanh) {
      double factor = fitted(x -> x, (x, y) -> Math.log((1 + y) / (1 - y)) / 2);
      if (Double.isFinite(factor)) {
        computes(
            "tanh(%s·x)".formatted(Numbers.setting(factor)),
            x -> Math.tanh(factor * x),
            (x, y) -> factor * (1 - y * y));
      }
      computes("x between -1 and 1", x -> clipped(x, -1, 1), (x, y) -> Math.abs(x) < 1 ? 1 : 0);
      for (boolean derived : new boolean[] {true, false}) {
        computes(
            "x·(27 + x²) / (27 + 9x²), clipped to ±1",
            x -> clipped(x * (27 + x * x) / (27 + 9 * x * x), -1, 1),
            (x, y) ->
                derived
                    ? Math.abs(x) < 3 ? Math.pow((9 - x * x) / (3 + x * x), 2) / 9 : 0
                    : 1 - y * y);
      }
      computes(
          "1.7159·tanh(2x/3)",
          x -> 1.7159 * Math.tanh(2 * x / 3),
          (x, y) -> 2.0 / 3 / 1.7159 * (1.7159 - y) * (1.7159 + y));
    } else if (function instanceof ActivationFunction.Gelu) {
      computes("the form of GELU by tanh", x -> x * geluShare(x), (x, y) -> geluSlope(x));
    } else if (function instanceof ActivationFunction.HardSigmoid) {
      computes(
          "x/6 + 1/2 between -3 and 3",
          x -> Math.max(0, Math.min(1, x / 6 + 0.5)),
          (x, y) -> x > -3 && x < 3 ? 1.0 / 6 : 0);
    } else if (function instanceof ActivationFunction.Selu) {
      double scale = fitted(x -> x > 0 ? 0 : Math.expm1(x), (x, y) -> x > 0 ? 0 : y);
      computes(
          "%s·(exp(x) - 1) below 0".formatted(Numbers.setting(scale)),
          x -> x > 0 ? Slopes.SELU_SCALE * x : scale * Math.expm1(x),
          (x, y) -> x > 0 ? Slopes.SELU_SCALE : scale * Math.exp(x));
    }
    if (function instanceof ActivationFunction.Softplus
        || function instanceof ActivationFunction.Gelu
        || function instanceof ActivationFunction.Swish) {
      linearAbove();
    }
    if (function instanceof ActivationFunction.Elu elu) {
      double scale = fitted(x -> x > 0 ? 0 : Math.expm1(x), (x, y) -> x > 0 ? 0 : y);
      for (double derived : new double[] {scale, elu.alpha()}) {
        computes(
            "%s·(exp(x) - 1) below 0".formatted(Numbers.setting(scale)),
            x -> x > 0 ? x : scale * Math.expm1(x),
            (x, y) -> x > 0 ? 1 : derived * Math.exp(x));
      }
    }
    if (function instanceof ActivationFunction.LeakyRelu) {
      double below = slopeBelow();
      double above = fitted(x -> x > 0 ? x : 0, (x, y) -> x > 0 ? y : 0);
      if (Double.isFinite(below) && Double.isFinite(above) && Numbers.exact(above) != 1) {
        computes(
            "%s·x above 0 and %s·x below".formatted(Numbers.setting(above), Numbers.setting(below)),
            x -> (x > 0 ? Numbers.exact(above) : Numbers.exact(below)) * x,
            (x, y) -> x > 0 ? Numbers.exact(above) : Numbers.exact(below));
      }
    }
    if (function instanceof ActivationFunction.LeakyRelu
        || function instanceof ActivationFunction.Elu) {
      double slope = slopeBelow();
      computes(
          Numbers.setting(slope) + "·x below 0",
          x -> x > 0 ? x : slope * x,
          (x, y) -> x > 0 ? 1 : slope);
    }
  }

  /**
   * Functions that come near x are often cut short there, as PyTorch does its softplus above 20.
   */
  private void linearAbove() {
    Tensor x = first.input(layer.name());
    if (x == null || x.size() != judged.candidate().size()) {
      return;
    }
    double low = Double.POSITIVE_INFINITY;
    double under = Double.NEGATIVE_INFINITY;
    double[] y = judged.candidate().data();
    double[] right = judged.reference().data();
    for (int i = 0; i < y.length; i++) {
      if (Math.abs(y[i] - right[i]) > judged.allowed()) {
        low = Math.min(low, x.data()[i]);
      }
    }
    for (double value : x.data()) {
      under = value < low ? Math.max(under, value) : under;
    }
    if (!Double.isFinite(under) || !Double.isFinite(low)) {
      return;
    }
    double limit = Numbers.between(under, low);
    for (Set<String> layers : alike()) {
      recomputed.add(
          "%s hands x on where x is above %s".formatted(name(layers), Numbers.setting(limit)),
          layers,
          read -> above(read.input(), limit, read.input(), read.right()),
          (read, out, dout) -> above(read.input(), limit, dout, read.right()));
    }
  }

  private static double[] above(Tensor x, double limit, Tensor there, Tensor elsewhere) {
    return Numbers.each(x.size(), i -> x.data()[i] > limit ? there.data()[i] : elsewhere.data()[i]);
  }

  private static final double GELU = Math.sqrt(2 / Math.PI);
  private static final double GELU_CUBE = 0.044715;

  /** Returns ½(1 + tanh(√(2/π)·(x + 0.044715·x³))): Hendrycks and Gimpel 2016. */
  private static double geluShare(double x) {
    return 0.5 * (1 + Math.tanh(GELU * (x + GELU_CUBE * x * x * x)));
  }

  private static double geluSlope(double x) {
    double share = geluShare(x);
    return share + 2 * x * share * (1 - share) * GELU * (1 + 3 * GELU_CUBE * x * x);
  }

  private static double clipped(double value, double low, double high) {
    return Math.max(low, Math.min(high, value));
  }

  private double slopeBelow() {
    return fitted(x -> x < 0 ? x : 0, (x, y) -> x < 0 ? y : 0);
  }

  /** Fits a factor between two functions of input and output. */
  private double fitted(DoubleUnaryOperator of, DoubleBinaryOperator shown) {
    Tensor x = first.input(layer.name());
    if (x == null || x.size() != judged.candidate().size()) {
      return Double.NaN;
    }
    double[] y = judged.candidate().data();
    return Numbers.leastSquares(
        Numbers.each(y.length, i -> of.applyAsDouble(x.data()[i])),
        Numbers.each(y.length, i -> shown.applyAsDouble(x.data()[i], y[i])));
  }

  /** The layer alone, and all of the same function. */
  private List<Set<String>> alike() {
    Set<String> alike =
        first.network().allLayers().stream()
            .filter(
                other ->
                    other instanceof LayerSpec.Activation activation
                        && activation.function().equals(layer.function()))
            .map(LayerSpec::name)
            .collect(Collectors.toSet());
    return List.of(Set.of(layer.name()), alike);
  }

  private String name(Set<String> layers) {
    return layers.size() == 1 ? layer.name() : "every " + layer.function().id();
  }

  private void computes(
      String formula, DoubleUnaryOperator function, DoubleBinaryOperator derivative) {
    for (Set<String> layers : alike()) {
      recomputed.add(
          "%s computes %s".formatted(name(layers), formula),
          layers,
          read ->
              Numbers.each(
                  read.input().size(), i -> function.applyAsDouble(read.input().data()[i])),
          (read, y, dout) ->
              Numbers.each(
                  dout.size(),
                  i ->
                      dout.data()[i]
                          * derivative.applyAsDouble(read.input().data()[i], y.data()[i])));
    }
  }
}
