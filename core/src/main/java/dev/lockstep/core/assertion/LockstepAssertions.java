package dev.lockstep.core.assertion;

import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import java.util.function.UnaryOperator;

/**
 * Where an assertion starts.
 *
 * <pre>{@code
 * assertThatModel(MyNetwork::new).against(new ScratchProvider()).on(network).steps(50).agrees();
 *
 * assertThatLayer(relu::forward, relu::backward)
 *     .against(new ScratchProvider())
 *     .as(new LayerSpec.Activation("relu1", ActivationFunction.RELU))
 *     .on(Shape.of(20))
 *     .agrees();
 * }</pre>
 */
public final class LockstepAssertions {

  private LockstepAssertions() {}

  /** Starts an assertion on an implementation of networks. */
  public static ModelAssertion assertThatModel(ModelProvider mine) {
    return new ModelAssertion(mine);
  }

  /**
   * Starts an assertion on an implementation of networks.
   *
   * @param mine builds a model, whose state is undefined until its first {@code restore}
   */
  public static ModelAssertion assertThatModel(Function<NetworkSpec, Model> mine) {
    return new ModelAssertion(
        new ModelProvider() {
          @Override
          public String name() {
            return "your model";
          }

          @Override
          public Model create(NetworkSpec network) {
            return mine.apply(network);
          }
        });
  }

  /**
   * Starts an assertion on an optimizer.
   *
   * @param update from a parameter and its gradient to the parameter after the step; called once a
   *     step for one parameter, keeping what it needs in between
   */
  public static OptimizerAssertion assertThatOptimizer(BinaryOperator<Tensor> update) {
    return new OptimizerAssertion(update);
  }

  /**
   * Starts an assertion on a loss.
   *
   * @param value of the last layer's output and the targets, both samples × classes
   * @param gradient of the value with respect to the last layer's output
   */
  public static LossAssertion assertThatLoss(
      ToDoubleBiFunction<Tensor, Tensor> value, BinaryOperator<Tensor> gradient) {
    return new LossAssertion(value, gradient);
  }

  /**
   * Starts an assertion on a single layer.
   *
   * @param forward from the layer's input, samples × input shape, to its output, samples × output
   *     shape
   * @param backward from the gradient of the loss with respect to the output of the last forward
   *     pass to that with respect to its input
   */
  public static LayerAssertion assertThatLayer(
      UnaryOperator<Tensor> forward, UnaryOperator<Tensor> backward) {
    return new LayerAssertion(forward, backward);
  }
}
