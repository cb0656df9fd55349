package dev.lockstep.core.assertion;

import dev.lockstep.core.assertion.UserLayer.Answer;
import dev.lockstep.core.assertion.UserLayer.Given;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The reference, but what is shown of one of its layers comes from the user's own. That layer is
 * given the reference's numbers in both directions, so that it answers for itself alone.
 */
final class LayerInPlace implements ModelProvider {

  private final ModelProvider reference;
  private final UserLayer layer;
  private final TensorKey input;
  private final TensorKey output;
  private final TensorKey inputGradient;
  private final TensorKey outputGradient;
  private final String name;
  private @Nullable InPlace first;

  /**
   * @param name of the layer
   * @param before name of the layer in front of it
   */
  LayerInPlace(ModelProvider reference, UserLayer layer, String name, String before) {
    this.reference = reference;
    this.layer = layer;
    this.name = name;
    this.input = new TensorKey(Phase.FORWARD, before + "/out");
    this.output = new TensorKey(Phase.FORWARD, name + "/out");
    this.inputGradient = new TensorKey(Phase.BACKWARD, before + "/out");
    this.outputGradient = new TensorKey(Phase.BACKWARD, name + "/out");
  }

  @Override
  public String name() {
    return "your layer";
  }

  /** Returns what the layer was given in the last step of the first model, the one that trains. */
  Given lastGiven() {
    return Objects.requireNonNull(Objects.requireNonNull(first).given, "no step was taken");
  }

  @Override
  public Model create(NetworkSpec network) {
    InPlace model = new InPlace(network, reference.create(network));
    first = first == null ? model : first;
    return model;
  }

  private final class InPlace extends WrappedModel {
    private final Recording seen;
    private @Nullable Given given;

    InPlace(NetworkSpec network, Model model) {
      super(model);
      this.seen =
          new Recording(
              ExpectedTensor.of(network).stream()
                  .map(ExpectedTensor::key)
                  .collect(Collectors.toSet()));
    }

    @Override
    public double step(Batch batch, Masks masks, Observer observer) {
      ModelState before = state();
      seen.clear();
      double loss = super.step(batch, masks, seen);
      Map<String, Tensor> parameters = new LinkedHashMap<>();
      for (String parameter : layer.parameterNames()) {
        parameters.put(parameter, before.tensor(name + "/" + parameter));
      }
      Given now = new Given(shown(input).copy(), parameters, shown(outputGradient).copy());
      given = now;
      Map<TensorKey, Tensor> answers = byKey(layer.answer(now));
      seen.tensors()
          .forEach(
              (key, tensor) ->
                  observer.observe(
                      key.phase(), key.path(), () -> answers.getOrDefault(key, tensor)));
      return loss;
    }

    private Tensor shown(TensorKey key) {
      return Objects.requireNonNull(seen.tensor(key), () -> "the reference does not show " + key);
    }

    private Map<TensorKey, Tensor> byKey(Answer answer) {
      Map<TensorKey, Tensor> answers = new HashMap<>();
      answers.put(output, answer.output());
      answers.put(inputGradient, answer.inputGradient());
      answer
          .gradients()
          .forEach(
              (parameter, gradient) ->
                  answers.put(new TensorKey(Phase.BACKWARD, name + "/" + parameter), gradient));
      return answers;
    }
  }
}
