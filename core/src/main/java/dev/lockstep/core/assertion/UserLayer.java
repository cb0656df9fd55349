package dev.lockstep.core.assertion;

import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** A user's own layer: two passes, and parameters that are set before and read after them. */
final class UserLayer {

  /**
   * A parameter.
   *
   * @param gradient of the loss with respect to it, after a backward pass
   */
  record Parameter(String name, Consumer<Tensor> value, Supplier<Tensor> gradient) {}

  /**
   * What a layer is given in one step.
   *
   * @param parameters by name
   * @param mask what dropout keeps, 1, and drops, 0
   * @param outputGradient of the loss with respect to the layer's output
   */
  record Given(Tensor input, Map<String, Tensor> parameters, Tensor mask, Tensor outputGradient) {

    Tensor parameter(String name) {
      return Objects.requireNonNull(parameters.get(name), name);
    }
  }

  /**
   * What it makes of that.
   *
   * @param inputGradient of the loss with respect to the layer's input
   * @param gradients with respect to the parameters, by name
   */
  record Answer(Tensor output, Tensor inputGradient, Map<String, Tensor> gradients) {}

  private final UnaryOperator<Tensor> forward;
  private final UnaryOperator<Tensor> backward;
  private final List<Parameter> parameters = new ArrayList<>();
  private Consumer<Tensor> mask = tensor -> {};

  UserLayer(UnaryOperator<Tensor> forward, UnaryOperator<Tensor> backward) {
    this.forward = forward;
    this.backward = backward;
  }

  void takeMask(Consumer<Tensor> given) {
    mask = given;
  }

  void add(Parameter parameter) {
    parameters.add(parameter);
  }

  List<String> parameterNames() {
    return parameters.stream().map(Parameter::name).toList();
  }

  Answer answer(Given given) {
    Tensor output = forward(given);
    Tensor inputGradient = shown("backward", backward.apply(given.outputGradient().copy()));
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      gradients.put(
          parameter.name(),
          shown("the gradient of " + parameter.name(), parameter.gradient().get()));
    }
    return new Answer(output, inputGradient, gradients);
  }

  /** Returns the output alone. */
  Tensor forward(Given given) {
    for (Parameter parameter : parameters) {
      parameter.value().accept(given.parameter(parameter.name()).copy());
    }
    mask.accept(given.mask().copy());
    return shown("forward", forward.apply(given.input().copy()));
  }

  /** A layer may answer with its own buffers. */
  private static Tensor shown(String what, Tensor tensor) {
    return Objects.requireNonNull(tensor, () -> what + " is null").copy();
  }
}
