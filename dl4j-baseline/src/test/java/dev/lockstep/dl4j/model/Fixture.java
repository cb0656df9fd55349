package dev.lockstep.dl4j.model;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.plan.RandomStreams;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.commons.rng.UniformRandomProvider;

/** Networks, states and batches that the tests share; everything is a function of a seed. */
public final class Fixture {

  static final InitialValues SMALL = new InitialValues.Normal(0.1);
  static final OptimizerSpec SGD = new OptimizerSpec.Sgd(LearningRate.constant(0.1));
  static final LossSpec CROSS_ENTROPY =
      new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER);

  /** Gradients are those of this loss: the book's backward pass ignores its constant. */
  static final LossSpec BARE_CROSS_ENTROPY = new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, 0);

  private Fixture() {}

  static NetworkSpec network(
      Shape input,
      LossSpec loss,
      double weightDecay,
      OptimizerSpec optimizer,
      LayerSpec... layers) {
    return new NetworkSpec(input, List.of(layers), loss, weightDecay, optimizer);
  }

  static LayerSpec.Affine affine(String name, int units) {
    return new LayerSpec.Affine(name, units, SMALL);
  }

  /** Returns a state whose parameters are all drawn, biases too; the rest is 0. */
  static ModelState start(NetworkSpec network, long seed) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    network.state().forEach((path, shape) -> tensors.put(path, Tensor.zeros(shape)));
    for (ParameterSpec parameter : network.parameters()) {
      double middle = parameter.path().endsWith("gamma") ? 1 : 0;
      tensors.put(parameter.path(), drawn(parameter.path(), seed, parameter.shape(), middle));
    }
    return new ModelState(0, tensors);
  }

  /** Returns numbers within ±0.5 of a middle. */
  static Tensor drawn(String name, long seed, Shape shape, double middle) {
    UniformRandomProvider random = new RandomStreams(seed).stream(name, 0);
    Tensor tensor = Tensor.zeros(shape);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.data()[i] = middle + random.nextDouble() - 0.5;
    }
    return tensor;
  }

  public static Batch batch(NetworkSpec network, long step, int samples) {
    Tensor inputs = drawn("inputs", step, network.input().batchOf(samples), 0);
    Tensor targets = Tensor.zeros(Shape.of(samples, network.classes()));
    UniformRandomProvider random = new RandomStreams(step).stream("targets", 0);
    for (int row = 0; row < samples; row++) {
      targets.data()[row * network.classes() + random.nextInt(network.classes())] = 1;
    }
    return new Batch(step, inputs, targets);
  }

  public static Masks masks(long step) {
    return (layer, ratio, shape) -> {
      Tensor mask = drawn(layer, step, shape, 0.5);
      for (int i = 0; i < mask.size(); i++) {
        mask.data()[i] = mask.data()[i] > ratio ? 1 : 0;
      }
      return mask;
    };
  }

  static Dl4jModel model(NetworkSpec network, ModelState state) {
    Dl4jModel model = Dl4jProvider.aligned(Precision.DOUBLE).create(network);
    model.restore(state);
    return model;
  }

  /** Takes steps from-to, both included, unobserved. */
  static void train(Dl4jModel model, NetworkSpec network, long from, long to) {
    for (long step = from; step <= to; step++) {
      model.step(batch(network, step, 4), masks(step), Observer.NONE);
    }
  }

  /** Keeps everything it is told, in the order of telling. */
  static final class Recorder implements Observer {

    private final Map<Phase, Map<String, Tensor>> seen = new EnumMap<>(Phase.class);

    @Override
    public boolean watches() {
      return true;
    }

    @Override
    public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
      Tensor before =
          seen.computeIfAbsent(phase, p -> new LinkedHashMap<>()).put(path, tensor.get().copy());
      if (before != null) {
        throw new IllegalStateException("told twice of " + phase + " " + path);
      }
    }

    Map<String, Tensor> in(Phase phase) {
      return seen.getOrDefault(phase, Map.of());
    }

    Tensor tensor(Phase phase, String path) {
      return Objects.requireNonNull(in(phase).get(path), path);
    }
  }
}
