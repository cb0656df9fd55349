package dev.lockstep.core.assertion;

import dev.lockstep.core.assertion.UserLayer.Answer;
import dev.lockstep.core.assertion.UserLayer.Given;
import dev.lockstep.core.diagnosis.differences.CentralDifferences;
import dev.lockstep.core.diagnosis.differences.CentralDifferences.Slope;
import dev.lockstep.core.result.FiniteDifferenceCheck;
import dev.lockstep.core.result.FiniteDifferenceCheck.SideSlope;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.wording.Numbers;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Central differences of a layer's own forward pass, {@code Σ outputGradient · forward(input)}:
 * what its backward pass must compute.
 */
final class LayerGradients {

  /** Elements of one tensor that are moved, evenly spread. */
  private static final int ELEMENTS = 100;

  private final UserLayer layer;
  private final Given given;

  LayerGradients(UserLayer layer, Given given) {
    this.layer = layer;
    this.given = given;
  }

  /**
   * @param parameter null for the layer's input
   */
  FiniteDifferenceCheck examine(FirstDivergence found, @Nullable String parameter) {
    Slope slope = slope(parameter, position(moved(parameter), found));
    return FiniteDifferenceCheck.of(
        found.tensor(),
        found.index(),
        found.error(),
        new SideSlope(found.reference(), slope.value(), slope.uncertainty()),
        new SideSlope(found.candidate(), slope.value(), slope.uncertainty()),
        "");
  }

  private static int position(Tensor tensor, FirstDivergence found) {
    int position = 0;
    for (int axis = 0; axis < tensor.shape().rank(); axis++) {
      position = position * tensor.shape().length(axis) + found.index().get(axis);
    }
    return position;
  }

  /**
   * @throws AssertionError if an element of the backward pass is not the slope of the forward pass
   */
  void requireThoseOfForward() {
    Answer answer = layer.answer(given);
    requireSlopes(null, answer.inputGradient());
    answer.gradients().forEach(this::requireSlopes);
  }

  private void requireSlopes(@Nullable String parameter, Tensor gradient) {
    int size = gradient.size();
    int stride = Math.max(1, size / ELEMENTS);
    for (int position = 0; position < size; position += stride) {
      Slope slope = slope(parameter, position);
      double error = Math.abs(gradient.data()[position] - slope.value());
      if (error > FiniteDifferenceCheck.MARGIN * slope.uncertainty()) {
        throw new AssertionError(
            "The backward pass is not that of the forward pass: the gradient of %s at index %s is %s, central differences of the forward pass give %s ± %s."
                .formatted(
                    parameter == null ? "the input" : parameter,
                    Arrays.toString(gradient.shape().indexOf(position)),
                    gradient.data()[position],
                    slope.value(),
                    Numbers.rounded(slope.uncertainty())));
      }
    }
  }

  private Tensor moved(@Nullable String parameter) {
    return parameter == null ? given.input() : given.parameter(parameter);
  }

  private Slope slope(@Nullable String parameter, int position) {
    return CentralDifferences.of(
        value -> sum(layer.forward(with(parameter, position, value))),
        moved(parameter).data()[position]);
  }

  private Given with(@Nullable String parameter, int position, double value) {
    Tensor changed = moved(parameter).copy();
    changed.data()[position] = value;
    if (parameter == null) {
      return new Given(changed, given.parameters(), given.mask(), given.outputGradient());
    }
    Map<String, Tensor> parameters = new LinkedHashMap<>(given.parameters());
    parameters.put(parameter, changed);
    return new Given(given.input(), parameters, given.mask(), given.outputGradient());
  }

  private double sum(Tensor output) {
    double[] gradient = given.outputGradient().data();
    return IntStream.range(0, gradient.length)
        .mapToDouble(i -> gradient[i] * output.data()[i])
        .sum();
  }
}
