package dev.lockstep.experiments.cli;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ChangingObserver;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.ScratchProvider;
import java.util.function.BiConsumer;

/**
 * Networks with one mistake each. The scratch side shows its own buffers while it computes, so a
 * mistake is made by changing what is shown.
 */
public final class WrongProviders {

  private WrongProviders() {}

  /** 0.99 where the experiment says 0.9. */
  public static final class WrongMomentum implements ModelProvider {
    @Override
    public String name() {
      return "wrong-momentum";
    }

    @Override
    public Model create(NetworkSpec network) {
      LearningRate rate = network.optimizer().learningRate();
      return new ScratchProvider()
          .create(
              new NetworkSpec(
                  network.input(),
                  network.layers(),
                  network.loss(),
                  network.weightDecay(),
                  new OptimizerSpec.Momentum(rate, 0.99)));
    }
  }

  /** The gradient of the second layer's square weights, transposed. */
  public static final class TransposedGradient implements ModelProvider {
    @Override
    public String name() {
      return "transposed-gradient";
    }

    @Override
    public Model create(NetworkSpec network) {
      return new Tampered(
          network,
          (key, tensor) -> {
            if (key.equals("backward affine2/W")) {
              transpose(tensor);
            }
          });
    }

    private static void transpose(Tensor square) {
      int n = square.shape().length(0);
      double[] copy = square.data().clone();
      for (int i = 0; i < copy.length; i++) {
        square.data()[i] = copy[i % n * n + i / n];
      }
    }
  }

  /** The gradient of the last bias, summed over the batch and not averaged. */
  public static final class NotDividedByBatch implements ModelProvider {
    @Override
    public String name() {
      return "not-divided";
    }

    @Override
    public Model create(NetworkSpec network) {
      return new Tampered(
          network,
          (key, tensor) -> {
            if (key.equals("backward affine3/b")) {
              scale(tensor, CompareCommandTest.BATCH);
            }
          });
    }
  }

  /**
   * The first running variance, of n - 1 in place of n: from 0 on, the first step is off by
   * n/(n-1).
   */
  public static final class UnbiasedVariance implements ModelProvider {
    @Override
    public String name() {
      return "unbiased-variance";
    }

    @Override
    public Model create(NetworkSpec network) {
      return new Tampered(
          network,
          (key, tensor) -> {
            if (key.equals("update batchNorm1/runningVar")) {
              scale(tensor, CompareCommandTest.BATCH / (CompareCommandTest.BATCH - 1.0));
            }
          });
    }
  }

  private static void scale(Tensor tensor, double factor) {
    for (int i = 0; i < tensor.size(); i++) {
      tensor.data()[i] *= factor;
    }
  }

  private static final class Tampered extends WrappedModel {

    private final BiConsumer<String, Tensor> mistake;

    Tampered(NetworkSpec network, BiConsumer<String, Tensor> mistake) {
      super(new ScratchProvider().create(network));
      this.mistake = mistake;
    }

    @Override
    public double step(Batch batch, Masks masks, Observer observer) {
      return super.step(
          batch,
          masks,
          new ChangingObserver(
              observer, (phase, path, tensor) -> mistake.accept(phase.id() + " " + path, tensor)));
    }
  }
}
