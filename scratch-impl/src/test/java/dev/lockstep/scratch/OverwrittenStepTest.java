package dev.lockstep.scratch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything that a step computes is shown in place, at the moment at which it is complete, and the
 * rest of the step is computed from what the observer leaves there. An observer overwrites every
 * tensor with noise; each tensor must then be its layer's function of the overwritten ones, held
 * against the definitions in {@link Definitions}.
 */
class OverwrittenStepTest {

  /** Sums of some dozens of products of numbers near 1, relative to the largest. */
  private static final double ROUNDING = 1e-12;

  private static final int SAMPLES = 5;
  private static final long STEPS_BEFORE = 3;

  static Stream<NetworkSpec> networks() {
    List<NetworkSpec> networks = new ArrayList<>();
    for (OptimizerSpec optimizer :
        List.of(
            new OptimizerSpec.Sgd(Networks.RATE),
            new OptimizerSpec.Momentum(Networks.RATE, .9),
            new OptimizerSpec.Nesterov(Networks.RATE, .9, false),
            new OptimizerSpec.Nesterov(Networks.RATE, .9, true),
            new OptimizerSpec.AdaGrad(Networks.RATE, 1e-7),
            new OptimizerSpec.RmsProp(Networks.RATE, .99, 1e-7),
            new OptimizerSpec.Adam(Networks.RATE, .9, .999, 1e-7))) {
      networks.add(Networks.dense(optimizer, Networks.EXACT_CROSS_ENTROPY, .1));
    }
    for (LossSpec.Type loss : LossSpec.Type.known()) {
      networks.add(withActivations(new LossSpec(loss, loss.usualStabilizer() > 0 ? .5 : 0)));
    }
    networks.add(Networks.images(.1));
    networks.add(Networks.largeImages());
    return networks.stream();
  }

  /** Every activation there is, the last one in front of the loss. */
  private static NetworkSpec withActivations(LossSpec loss) {
    List<LayerSpec> layers = new ArrayList<>();
    layers.add(Networks.affine("affine1", 3));
    for (ActivationFunction function : ActivationFunction.all()) {
      layers.add(Networks.activation(function.id() + "1", function));
    }
    layers.add(Networks.activation("sigmoid2", ActivationFunction.SIGMOID));
    return new NetworkSpec(Shape.of(5), layers, loss, 0, new OptimizerSpec.Sgd(Networks.RATE));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void everyTensorIsAFunctionOfWhatTheObserverLeft(NetworkSpec network) {
    ModelState start = someState(network);
    Batch batch = Networks.batch(network, 1, SAMPLES);
    Overwriting observer = new Overwriting();
    try (Model model = new ScratchProvider().create(network)) {
      model.restore(start);
      double returned = model.step(batch, Networks.masks(1), observer);

      new Check(network, start, batch, Networks.masks(1), observer).all();
      assertThat(returned).isEqualTo(observer.left(Phase.LOSS, NetworkSpec.LOSS).data()[0]);
      model
          .state()
          .tensors()
          .forEach(
              (path, tensor) ->
                  assertThat(tensor).as(path).isEqualTo(observer.left(Phase.UPDATE, path)));
    }
  }

  /** A state in which every slot holds something, as after some steps. */
  private static ModelState someState(NetworkSpec network) {
    Random random = new Random(5);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    network.state().forEach((path, shape) -> tensors.put(path, positive(shape, random)));
    return new ModelState(STEPS_BEFORE, tensors);
  }

  private static Tensor positive(Shape shape, Random random) {
    return Tensor.of(shape, random.doubles(shape.size(), .1, 1).toArray());
  }

  /** Keeps what was computed, and overwrites it. */
  private static final class Overwriting implements Observer {

    private final Random random = new Random(6);
    private final Map<String, Tensor> computed = new LinkedHashMap<>();
    private final Map<String, Tensor> left = new LinkedHashMap<>();

    @Override
    public boolean watches() {
      return true;
    }

    @Override
    public void observe(Phase phase, String path, Supplier<Tensor> shown) {
      Tensor tensor = shown.get();
      computed.put(phase + " " + path, tensor.copy());
      // What roots and logarithms are taken of stays positive.
      boolean positive =
          phase == Phase.UPDATE || phase == Phase.LOSS || path.equals(NetworkSpec.OUTPUT);
      for (int i = 0; i < tensor.size(); i++) {
        tensor.data()[i] = positive ? .1 + random.nextDouble() : random.nextGaussian();
      }
      left.put(phase + " " + path, tensor.copy());
    }

    Tensor computed(Phase phase, String path) {
      return Objects.requireNonNull(computed.get(phase + " " + path), path);
    }

    Tensor left(Phase phase, String path) {
      return Objects.requireNonNull(left.get(phase + " " + path), path);
    }
  }

  private record Check(
      NetworkSpec network, ModelState start, Batch batch, Masks masks, Overwriting seen) {

    void all() {
      List<LayerSpec> layers = network.layers();
      LayerSpec last = layers.get(layers.size() - 1);
      Tensor scores = seen.left(Phase.FORWARD, last.name() + "/out");
      Tensor output = seen.left(Phase.FORWARD, NetworkSpec.OUTPUT);
      layers(layers, batch.inputs());
      require(Definitions.output(network.loss(), scores), Phase.FORWARD, NetworkSpec.OUTPUT);
      double value = Definitions.loss(network.loss(), output, batch.targets());
      for (ParameterSpec parameter : network.parameters()) {
        value += decay(parameter) / 2 * Definitions.squares(start.tensor(parameter.path()));
      }
      require(Tensor.scalar(value), Phase.LOSS, NetworkSpec.LOSS);
      require(
          Definitions.lossGradient(network.loss(), output, batch.targets()),
          Phase.BACKWARD,
          last.name() + "/out");
      network.parameters().forEach(this::update);
    }

    private double decay(ParameterSpec parameter) {
      return parameter.path().endsWith("/W") ? network.weightDecay() : 0;
    }

    /** Checks a sequence of layers; returns the gradient with respect to its input. */
    private Tensor layers(List<LayerSpec> layers, Tensor input) {
      Tensor x = input;
      for (LayerSpec layer : layers) {
        require(forward(layer, x), Phase.FORWARD, layer.name() + "/out");
        x = seen.left(Phase.FORWARD, layer.name() + "/out");
      }
      for (int i = layers.size() - 1; i >= 0; i--) {
        LayerSpec layer = layers.get(i);
        Tensor before =
            i == 0 ? input : seen.left(Phase.FORWARD, layers.get(i - 1).name() + "/out");
        Tensor dx = backward(layer, before);
        if (i == 0) {
          return dx;
        }
        require(dx, Phase.BACKWARD, layers.get(i - 1).name() + "/out");
      }
      throw new IllegalArgumentException("no layers");
    }

    private Tensor forward(LayerSpec layer, Tensor x) {
      if (layer instanceof LayerSpec.Branches branches) {
        List<Tensor> outputs = new ArrayList<>();
        for (List<LayerSpec> branch : branches.branches()) {
          outputs.add(branch.isEmpty() ? x : out(Phase.FORWARD, branch));
        }
        return Definitions.join(branches.join(), outputs);
      }
      return Definitions.forward(layer, x, start, masks);
    }

    private Tensor out(Phase phase, List<LayerSpec> branch) {
      return seen.left(phase, branch.get(branch.size() - 1).name() + "/out");
    }

    private Tensor backward(LayerSpec layer, Tensor x) {
      Tensor y = seen.left(Phase.FORWARD, layer.name() + "/out");
      Tensor dout = seen.left(Phase.BACKWARD, layer.name() + "/out");
      if (layer instanceof LayerSpec.Branches branches) {
        Tensor dx = Tensor.zeros(x.shape());
        int channel = 0;
        for (List<LayerSpec> branch : branches.branches()) {
          Tensor part = dout;
          if (branches.join() == LayerSpec.Join.CONCATENATE) {
            Shape shape = branch.isEmpty() ? x.shape() : out(Phase.FORWARD, branch).shape();
            part = Definitions.channels(dout, channel, shape);
            channel += shape.length(1);
          }
          if (!branch.isEmpty()) {
            require(part, Phase.BACKWARD, branch.get(branch.size() - 1).name() + "/out");
            part = layers(branch, x);
          }
          Definitions.add(part, dx);
        }
        return dx;
      }
      Map<String, Tensor> gradients = new LinkedHashMap<>();
      Tensor dx = Definitions.backward(layer, x, y, dout, start, masks, gradients);
      gradients.forEach(
          (path, gradient) -> {
            if (path.endsWith("/W")) {
              double[] w = start.tensor(path).data();
              for (int i = 0; i < w.length; i++) {
                gradient.data()[i] += network.weightDecay() * w[i];
              }
            }
            require(gradient, Phase.BACKWARD, path);
          });
      Definitions.runningStatistics(layer, x, start)
          .forEach((path, tensor) -> require(tensor, Phase.UPDATE, path));
      return dx;
    }

    private void update(ParameterSpec parameter) {
      String path = parameter.path();
      Map<String, Tensor> before = new LinkedHashMap<>();
      Map<String, Tensor> after = new LinkedHashMap<>();
      for (String slot : network.optimizer().slotNames()) {
        before.put(slot, start.tensor(path + "/" + slot));
        after.put(slot, seen.left(Phase.UPDATE, path + "/" + slot));
      }
      Tensor g = seen.left(Phase.BACKWARD, path);
      Definitions.slots(network.optimizer(), g, before)
          .forEach((slot, tensor) -> require(tensor, Phase.UPDATE, path + "/" + slot));
      require(
          Definitions.value(
              network.optimizer(), start.tensor(path), g, before, after, STEPS_BEFORE + 1),
          Phase.UPDATE,
          path);
    }

    private void require(Tensor expected, Phase phase, String path) {
      Tensor actual = seen.computed(phase, path);
      assertThat(actual.shape()).as("%s %s", phase, path).isEqualTo(expected.shape());
      double bound = ROUNDING * Math.max(1, expected.largestMagnitude());
      for (int i = 0; i < expected.size(); i++) {
        assertThat(Math.abs(actual.data()[i] - expected.data()[i]))
            .as("%s %s element %d", phase, path, i)
            .isLessThanOrEqualTo(bound);
      }
    }
  }
}
