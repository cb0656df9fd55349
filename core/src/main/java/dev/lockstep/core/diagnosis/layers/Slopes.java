package dev.lockstep.core.diagnosis.layers;

import dev.lockstep.core.network.ActivationFunction;
import java.util.List;

/**
 * Derivatives of the activations by their input.
 *
 * @param x the input
 */
record Slopes(double x) implements ActivationFunction.Visitor<Double> {

  /** Klambauer et al. 2017. */
  static final double SELU_SCALE = 1.0507009873554805;

  private static final double SELU_ALPHA = 1.6732632423543772;

  /** GELU is x·σ(1.702x) here. */
  private static final double GELU = 1.702;

  private static final double HARD_SIGMOID = 0.2;

  static double of(ActivationFunction function, double x) {
    return function.accept(new Slopes(x));
  }

  /** Returns activations whose derivative may have been taken in place of another's. */
  static List<ActivationFunction> others(ActivationFunction function) {
    return ActivationFunction.all().stream()
        .filter(other -> !other.id().equals(function.id()))
        .filter(other -> !other.equals(ActivationFunction.IDENTITY))
        .filter(other -> !other.equals(ActivationFunction.STEP))
        .toList();
  }

  @Override
  public Double relu(ActivationFunction.Relu function) {
    return x > 0 ? 1.0 : 0.0;
  }

  @Override
  public Double sigmoid(ActivationFunction.Sigmoid function) {
    return sigmoid(x) * (1 - sigmoid(x));
  }

  @Override
  public Double tanh(ActivationFunction.Tanh function) {
    return 1 - Math.tanh(x) * Math.tanh(x);
  }

  @Override
  public Double identity(ActivationFunction.Identity function) {
    return 1.0;
  }

  @Override
  public Double step(ActivationFunction.Step function) {
    return 0.0;
  }

  @Override
  public Double leakyRelu(ActivationFunction.LeakyRelu function) {
    return x > 0 ? 1.0 : function.slope();
  }

  @Override
  public Double elu(ActivationFunction.Elu function) {
    return x > 0 ? 1.0 : function.alpha() * Math.exp(x);
  }

  @Override
  public Double selu(ActivationFunction.Selu function) {
    return SELU_SCALE * (x > 0 ? 1.0 : SELU_ALPHA * Math.exp(x));
  }

  @Override
  public Double softplus(ActivationFunction.Softplus function) {
    return sigmoid(x);
  }

  @Override
  public Double softsign(ActivationFunction.Softsign function) {
    return 1 / ((1 + Math.abs(x)) * (1 + Math.abs(x)));
  }

  @Override
  public Double swish(ActivationFunction.Swish function) {
    return sigmoid(x) * (1 + x * (1 - sigmoid(x)));
  }

  @Override
  public Double gelu(ActivationFunction.Gelu function) {
    double share = sigmoid(GELU * x);
    return share * (1 + GELU * x * (1 - share));
  }

  @Override
  public Double hardSigmoid(ActivationFunction.HardSigmoid function) {
    double y = HARD_SIGMOID * x + 0.5;
    return y > 0 && y < 1 ? HARD_SIGMOID : 0.0;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
