package dev.lockstep.bridge.program;

import static dev.lockstep.core.assertion.LockstepAssertions.assertThatModel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LearningRate.Decay;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.ScratchProvider;
import dev.lockstep.scratch.WeightInitialization;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The sides that come with Lockstep, held against the one by hand. */
class BundledSidesTest {

  private static final InitialValues INITIAL = new InitialValues.Normal(0.5);
  private static final LearningRate RATE = LearningRate.constant(0.1);
  private static final int STEPS = 12;

  private static ProgramProvider provider(Python.Side side) {
    assumeTrue(
        Python.with(side.module()).isPresent(), "skipped: no Python here has " + side.module());
    return Python.provider(side, ProgramProvider.Settings.standard());
  }

  @ParameterizedTest
  @EnumSource
  void everyLayerAgrees(Python.Side side) {
    try (ProgramProvider provider = provider(side)) {
      for (NetworkSpec network : networks()) {
        agrees(provider, network);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyActivationAgrees(Python.Side side) {
    try (ProgramProvider provider = provider(side)) {
      for (ActivationFunction function : ActivationFunction.all()) {
        agrees(provider, dense(function, crossEntropy(1e-7), 0, new OptimizerSpec.Sgd(RATE)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyLossAgrees(Python.Side side) {
    try (ProgramProvider provider = provider(side)) {
      for (LossSpec.Type type : LossSpec.Type.known()) {
        agrees(
            provider,
            dense(
                ActivationFunction.TANH,
                new LossSpec(type, type.usualStabilizer()),
                0.1,
                new OptimizerSpec.Sgd(LearningRate.constant(0.01))));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyOptimizerAgreesAtEveryRate(Python.Side side) {
    try (ProgramProvider provider = provider(side)) {
      for (OptimizerSpec optimizer : everyOptimizer()) {
        agrees(provider, dense(ActivationFunction.SIGMOID, crossEntropy(0), 0.1, optimizer));
      }
    }
  }

  /** What is shown, by name and order, as the models in this process show it. */
  @ParameterizedTest
  @EnumSource
  void showsWhatTheReferenceShows(Python.Side side) {
    try (ProgramProvider provider = provider(side)) {
      for (NetworkSpec network : List.of(rows(), images(), channels(true))) {
        List<String> expected = shown(new ScratchProvider().create(network), network);
        try (Model model = provider.create(network)) {
          assertThat(shown(model, network)).containsExactlyInAnyOrderElementsOf(expected);
        }
      }
    }
  }

  private static List<String> shown(Model model, NetworkSpec network) {
    ModelState start = WeightInitialization.initialState(network, new Random(1));
    model.restore(start);
    assertThat(model.state()).isEqualTo(start);
    List<String> shown = new ArrayList<>();
    Tensor targets = Tensor.zeros(Shape.of(2, network.classes()));
    targets.data()[0] = 1;
    targets.data()[network.classes() + 1] = 1;
    model.step(
        new Batch(1, Tensor.filled(network.input().batchOf(2), 0.5), targets),
        (layer, ratio, shape) -> Tensor.filled(shape, 1),
        new Observer() {
          @Override
          public boolean watches() {
            return true;
          }

          @Override
          public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
            shown.add(phase.id() + " " + path + " " + tensor.get().shape());
          }
        });
    return shown;
  }

  private static void agrees(ProgramProvider provider, NetworkSpec network) {
    assertThatModel(provider::create)
        .against(new ScratchProvider())
        .on(network)
        .steps(STEPS)
        .agrees();
  }

  static List<NetworkSpec> networks() {
    return List.of(rows(), images(), windows(), channels(false), channels(true));
  }

  static List<OptimizerSpec> everyOptimizer() {
    return Stream.of(
            new Decay.None(),
            new Decay.Step(0.5, 3),
            new Decay.Exponential(0.9),
            new Decay.InverseTime(0.1, 2),
            new Decay.Polynomial(8, 0.5),
            new Decay.Steps(
                List.of(new Decay.Steps.Change(4, 0.02), new Decay.Steps.Change(9, 0.001))))
        .flatMap(decay -> optimizers(new LearningRate(0.01, decay)).stream())
        .toList();
  }

  private static List<OptimizerSpec> optimizers(LearningRate rate) {
    return List.of(
        new OptimizerSpec.Sgd(rate),
        new OptimizerSpec.Momentum(rate, 0.9),
        new OptimizerSpec.Nesterov(rate, 0.9, false),
        new OptimizerSpec.Nesterov(rate, 0.9, true),
        new OptimizerSpec.AdaGrad(rate, 1e-7),
        new OptimizerSpec.RmsProp(rate, 0.99, 1e-7),
        new OptimizerSpec.Adam(rate, 0.9, 0.999, 1e-7),
        new OptimizerSpec.AmsGrad(rate, 0.9, 0.999, 1e-7),
        new OptimizerSpec.Nadam(rate, 0.9, 0.999, 1e-7),
        new OptimizerSpec.AdaMax(rate, 0.9, 0.999),
        new OptimizerSpec.AdaDelta(rate, 0.95, 1e-6));
  }

  private static LossSpec crossEntropy(double stabilizer) {
    return new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, stabilizer);
  }

  private static LayerSpec affine(String name, int units) {
    return new LayerSpec.Affine(name, units, INITIAL);
  }

  private static LayerSpec conv(String name, int filters, int size, int stride, int pad) {
    return new LayerSpec.Convolution(name, filters, size, size, stride, pad, INITIAL);
  }

  private static LayerSpec norm(String name, boolean perChannel) {
    return new LayerSpec.BatchNormalization(name, 0.9, 1e-6, perChannel);
  }

  private static LayerSpec activation(String name, ActivationFunction function) {
    return new LayerSpec.Activation(name, function);
  }

  private static NetworkSpec dense(
      ActivationFunction function, LossSpec loss, double weightDecay, OptimizerSpec optimizer) {
    return new NetworkSpec(
        Shape.of(5),
        List.of(affine("affine1", 4), activation("f1", function), affine("affine2", 3)),
        loss,
        weightDecay,
        optimizer);
  }

  /** Begins with a layer that has no parameters, and ends with dropout. */
  private static NetworkSpec rows() {
    return new NetworkSpec(
        Shape.of(6),
        List.of(
            activation("tanh1", ActivationFunction.TANH),
            affine("affine1", 5),
            norm("batchNorm1", false),
            activation("relu1", ActivationFunction.RELU),
            new LayerSpec.Dropout("dropout1", 0.25, true),
            affine("affine2", 3),
            new LayerSpec.Dropout("dropout2", 0.25, false)),
        crossEntropy(1e-7),
        0.1,
        new OptimizerSpec.Momentum(LearningRate.constant(0.01), 0.9));
  }

  private static NetworkSpec images() {
    return new NetworkSpec(
        Shape.of(2, 6, 5),
        List.of(
            conv("conv1", 3, 3, 1, 1),
            activation("sigmoid1", ActivationFunction.SIGMOID),
            new LayerSpec.Branches(
                "residual1",
                LayerSpec.Join.SUM,
                List.of(
                    List.of(
                        conv("residual1/conv1", 3, 3, 1, 1),
                        norm("residual1/batchNorm1", true),
                        activation("residual1/tanh1", ActivationFunction.TANH)),
                    List.of())),
            new LayerSpec.Pooling("pool1", LayerSpec.PoolingType.AVERAGE, 2, 2, 2, 0),
            new LayerSpec.Branches(
                "inception1",
                LayerSpec.Join.CONCATENATE,
                List.of(
                    List.of(conv("inception1/conv1", 2, 1, 1, 0)),
                    List.of(),
                    List.of(
                        new LayerSpec.Branches(
                            "inception1/residual2",
                            LayerSpec.Join.SUM,
                            List.of(
                                List.of(conv("inception1/residual2/conv1", 3, 3, 1, 1)),
                                List.of()))))),
            norm("batchNorm1", false),
            affine("affine1", 4)),
        crossEntropy(0),
        0.1,
        new OptimizerSpec.Sgd(LearningRate.constant(0.01)));
  }

  /** Convolutions of each channel by itself, and what else is done to whole channels. */
  private static NetworkSpec channels(boolean same) {
    int pad = same ? Window.Axis.SAME : 1;
    Window window = new Window(new Window.Axis(3, 2, pad, 1), new Window.Axis(2, 1, pad, 2));
    OptionalDouble bias = same ? OptionalDouble.empty() : OptionalDouble.of(0.2);
    return new NetworkSpec(
        Shape.of(2, 8, 7),
        List.of(
            new LayerSpec.ZeroPadding("zeroPadding1", 1, 0, 2, 1),
            new LayerSpec.Depthwise("depthwiseConv1", 2, window, INITIAL, bias),
            new LayerSpec.LocalResponse("localResponse1", 2, 4, 0.3, 0.75),
            new LayerSpec.Upsampling("upsampling1", 2, 3),
            new LayerSpec.Separable("separableConv1", 3, 2, window, INITIAL, bias),
            activation("tanh1", ActivationFunction.TANH),
            new LayerSpec.Branches(
                "inception1",
                LayerSpec.Join.CONCATENATE,
                Stream.of(LayerSpec.GlobalPoolingType.values())
                    .map(
                        type ->
                            List.<LayerSpec>of(
                                new LayerSpec.GlobalPooling("inception1/" + type, type)))
                    .toList()),
            affine("affine1", 3)),
        crossEntropy(1e-7),
        0.1,
        new OptimizerSpec.Sgd(LearningRate.constant(0.01)));
  }

  /** Windows that overlap, leave a rest and see padding. */
  private static NetworkSpec windows() {
    return new NetworkSpec(
        Shape.of(1, 8, 7),
        List.of(
            new LayerSpec.Convolution("conv1", 2, 3, 2, 2, 1, INITIAL),
            new LayerSpec.Pooling("pool1", LayerSpec.PoolingType.MAX, 3, 2, 1, 1),
            new LayerSpec.Pooling("pool2", LayerSpec.PoolingType.AVERAGE, 2, 3, 2, 1),
            affine("affine1", 3)),
        crossEntropy(1e-7),
        0,
        new OptimizerSpec.Sgd(LearningRate.constant(0.01)));
  }
}
