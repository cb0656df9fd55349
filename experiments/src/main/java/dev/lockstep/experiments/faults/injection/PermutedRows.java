package dev.lockstep.experiments.faults.injection;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.plan.RandomStreams;
import dev.lockstep.core.tensor.Tensor;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A correct implementation that takes the rows of every batch in an order of its own, and so adds
 * up in another order: what it computes differs by rounding alone.
 */
public final class PermutedRows implements ModelProvider {

  private final ModelProvider correct;
  private final RandomStreams streams;

  /**
   * @param seed of the orders
   */
  public PermutedRows(ModelProvider correct, long seed) {
    this.correct = correct;
    this.streams = new RandomStreams(seed);
  }

  @Override
  public String name() {
    return correct.name() + " with its rows in another order";
  }

  @Override
  public Model create(NetworkSpec network) {
    Set<TensorKey> perSample = ExpectedTensor.perSample(network);
    return new PermutedModel(correct.create(network), perSample, streams);
  }

  private static final class PermutedModel extends WrappedModel {

    private final Set<TensorKey> perSample;
    private final RandomStreams streams;

    PermutedModel(Model model, Set<TensorKey> perSample, RandomStreams streams) {
      super(model);
      this.perSample = perSample;
      this.streams = streams;
    }

    @Override
    public double step(Batch batch, Masks masks, Observer observer) {
      int[] order = streams.permutation("rows", batch.step(), batch.size());
      return super.step(
          new Batch(batch.step(), rows(batch.inputs(), order), rows(batch.targets(), order)),
          (layer, ratio, shape) -> rows(masks.mask(layer, ratio, shape), order),
          observer.watches() ? putInOrder(observer, inverse(order)) : Observer.NONE);
    }

    private Observer putInOrder(Observer observer, int[] order) {
      return new Observer() {
        @Override
        public boolean watches() {
          return true;
        }

        @Override
        public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
          boolean permuted = perSample.contains(new TensorKey(phase, path));
          observer.observe(phase, path, () -> permuted ? rows(tensor.get(), order) : tensor.get());
        }
      };
    }

    @Override
    public Tensor predict(Tensor inputs) {
      int[] order = streams.permutation("rows", 0, inputs.shape().length(0));
      return rows(super.predict(rows(inputs, order)), inverse(order));
    }
  }

  /** Returns a copy whose row i is the row order[i]. */
  private static Tensor rows(Tensor tensor, int[] order) {
    int length = tensor.size() / order.length;
    Tensor rows = Tensor.zeros(tensor.shape());
    for (int row = 0; row < order.length; row++) {
      System.arraycopy(tensor.data(), order[row] * length, rows.data(), row * length, length);
    }
    return rows;
  }

  private static int[] inverse(int[] order) {
    int[] inverse = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      inverse[order[i]] = i;
    }
    return inverse;
  }
}
