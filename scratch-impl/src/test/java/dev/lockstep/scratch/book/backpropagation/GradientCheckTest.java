package dev.lockstep.scratch.book.backpropagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.ScratchProvider;
import dev.lockstep.scratch.WeightInitialization;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class GradientCheckTest {

  private static final NetworkSpec NETWORK =
      new NetworkSpec(
          Shape.of(4),
          List.of(
              new LayerSpec.Affine("affine1", 5, new InitialValues.He()),
              new LayerSpec.BatchNormalization("batchNorm1", 0.9, 1e-6, false),
              new LayerSpec.Activation("tanh1", ActivationFunction.TANH),
              new LayerSpec.Dropout("dropout1", 0.4, false),
              new LayerSpec.Affine("affine2", 3, new InitialValues.Xavier())),
          new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER),
          0.1,
          new OptimizerSpec.Adam(LearningRate.constant(0.1), 0.9, 0.999, 1e-7));

  /** Drops every third element. */
  private static final Masks MASKS =
      (layer, ratio, shape) -> {
        Tensor mask = Tensor.filled(shape, 1);
        for (int i = 0; i < mask.size(); i += 3) {
          mask.data()[i] = 0;
        }
        return mask;
      };

  private final ModelState start = WeightInitialization.initialState(NETWORK, new Random(1));
  private final Batch batch = new Batch(1, inputs(), targets());

  private static Tensor inputs() {
    Random random = new Random(2);
    Tensor inputs = Tensor.zeros(Shape.of(7, 4));
    for (int i = 0; i < inputs.size(); i++) {
      inputs.data()[i] = random.nextGaussian();
    }
    return inputs;
  }

  private static Tensor targets() {
    Tensor targets = Tensor.zeros(Shape.of(7, 3));
    for (int row = 0; row < 7; row++) {
      targets.data()[3 * row + row % 3] = 1;
    }
    return targets;
  }

  @Test
  void aModelWhoseBackwardPassIsRightAgrees() {
    GradientCheck.Result result =
        GradientCheck.of(new ScratchProvider(), NETWORK, start, batch, MASKS);

    assertThat(result.agrees()).as(result.toString()).isTrue();
    assertThat(result.undecided()).isFalse();
    assertThat(result.compared()).isEqualTo(4 * 5 + 5 + 5 + 5 + 5 * 3 + 3);
  }

  /** At probabilities near 1e-4 the constant inside the logarithm would part the two by 1e-3. */
  @Test
  void leavesOutTheConstantInsideTheLogarithm() {
    start.tensor("affine2/b").data()[0] = 9;

    GradientCheck.Result result =
        GradientCheck.of(new ScratchProvider(), NETWORK, start, batch, MASKS);

    assertThat(result.agrees()).as(result.toString()).isTrue();
  }

  @Test
  void leavesTheStateAsItWas() {
    ModelState before = WeightInitialization.initialState(NETWORK, new Random(1));

    GradientCheck.of(new ScratchProvider(), NETWORK, start, batch, MASKS);

    assertThat(start).isEqualTo(before);
  }

  /** One gradient in 53 is wrong by a hundredth of a percent of the largest of its tensor. */
  @Test
  void namesTheElementThatIsWrong() {
    ModelProvider faulty = tampering("affine2/W", w -> w.data()[7] += 1e-4 * w.largestMagnitude());

    GradientCheck.Result result = GradientCheck.of(faulty, NETWORK, start, batch, MASKS);

    assertThat(result.agrees()).isFalse();
    assertThat(result.undecided()).isFalse();
    assertThat(result.path()).isEqualTo("affine2/W");
    assertThat(result.index()).containsExactly(2, 1);
    assertThat(result.relativeError()).isCloseTo(1e-4, within(1e-6));
    assertThat(result.toString())
        .startsWith("differs: 53 gradients compared, worst affine2/W[2, 1]:");
  }

  @Test
  void namesTheElementThatIsNotANumber() {
    ModelProvider faulty = tampering("batchNorm1/gamma", g -> g.data()[3] = Double.NaN);

    GradientCheck.Result result = GradientCheck.of(faulty, NETWORK, start, batch, MASKS);

    assertThat(result.agrees()).isFalse();
    assertThat(result.path()).isEqualTo("batchNorm1/gamma");
    assertThat(result.index()).containsExactly(3);
    assertThat(result.relativeError()).isInfinite();
  }

  @Test
  void aModelThatReportsNoGradientIsNoPass() {
    ModelProvider silent = observing((phase, path) -> !path.equals("affine1/b"), t -> {});

    assertThatIllegalArgumentException()
        .isThrownBy(() -> GradientCheck.of(silent, NETWORK, start, batch, MASKS))
        .withMessageStartingWith("affine1/b: expected a gradient, found only [affine2/out,");
  }

  /** x² + 3y at (2, 5): the gradient is (4, 3); the second is given as 3.5. */
  @Test
  void checksAnyLossAgainstItsGradients() {
    Tensor x = Tensor.scalar(2);
    Tensor y = Tensor.of(Shape.of(1), 5);
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    parameters.put("x", x);
    parameters.put("y", y);
    Map<String, Tensor> gradients = Map.of("x", Tensor.scalar(4), "y", Tensor.of(Shape.of(1), 3.5));

    GradientCheck.Result result =
        GradientCheck.of(() -> x.data()[0] * x.data()[0] + 3 * y.data()[0], parameters, gradients);

    assertThat(result.compared()).isEqualTo(2);
    assertThat(result.path()).isEqualTo("y");
    assertThat(result.gradient()).isEqualTo(3.5);
    assertThat(result.numerical()).isCloseTo(3, within(1e-9));
    assertThat(result.relativeError()).isCloseTo(0.5 / 3.5, within(1e-9));
    assertThat(x.data()).containsExactly(2);
    assertThat(y.data()).containsExactly(5);
  }

  /** |x| next to its kink: a difference with 2h looks further across it than one with h. */
  @Test
  void isUndecidedAtAKink() {
    Tensor x = Tensor.scalar(0.3e-5);

    GradientCheck.Result result =
        GradientCheck.of(
            () -> Math.abs(x.data()[0]), Map.of("x", x), Map.of("x", Tensor.scalar(1)));

    assertThat(result.agrees()).isFalse();
    assertThat(result.undecided()).isTrue();
    assertThat(result.toString())
        .startsWith("undecided: 1 gradients compared, worst x: 1.0 against");
  }

  @Test
  void refusesToCompareNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GradientCheck.of(() -> 0, Map.of(), Map.of()))
        .withMessage("parameters: expected at least one number, found none");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                GradientCheck.of(
                    () -> 0,
                    Map.of("W", Tensor.zeros(Shape.of(2, 3))),
                    Map.of("W", Tensor.zeros(Shape.of(3, 2)))))
        .withMessage("gradient of W: expected 2×3, found 3×2");
  }

  private static ModelProvider tampering(String wrongPath, Consumer<Tensor> fault) {
    return observing(
        (phase, path) -> true,
        named -> {
          if (named.path().equals(wrongPath) && named.phase() == Phase.BACKWARD) {
            fault.accept(named.tensor());
          }
        });
  }

  private record Named(Phase phase, String path, Tensor tensor) {}

  private interface Filter {
    boolean shows(Phase phase, String path);
  }

  /** The scratch model, with something done to what it reports. */
  private static ModelProvider observing(Filter filter, Consumer<Named> change) {
    ScratchProvider scratch = new ScratchProvider();
    return new ModelProvider() {
      @Override
      public String name() {
        return "faulty";
      }

      @Override
      public Model create(NetworkSpec network) {
        return new WrappedModel(scratch.create(network)) {
          @Override
          public double step(Batch batch, Masks masks, Observer observer) {
            return super.step(
                batch,
                masks,
                new Observer() {
                  @Override
                  public boolean watches() {
                    return observer.watches();
                  }

                  @Override
                  public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
                    if (filter.shows(phase, path)) {
                      Tensor copy = tensor.get().copy();
                      change.accept(new Named(phase, path, copy));
                      observer.observe(phase, path, () -> copy);
                    }
                  }
                });
          }
        };
      }
    };
  }
}
