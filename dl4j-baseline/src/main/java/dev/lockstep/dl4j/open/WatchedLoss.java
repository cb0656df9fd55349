package dev.lockstep.dl4j.open;

import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A loss that does what another does, and tells what the backward pass gives it and gets from it.
 */
final class WatchedLoss implements ILossFunction {

  private static final long serialVersionUID = 1L;

  private final ILossFunction loss;
  private final transient Watcher watcher;

  /** Told of a backward pass through a loss. */
  interface Watcher {
    /**
     * @param before what the layer puts out before its activation, rows of outputs
     * @param after the same after it
     * @param gradient of the loss with respect to the first, summed over the batch
     */
    void seen(INDArray before, INDArray after, INDArray gradient);
  }

  WatchedLoss(ILossFunction loss, Watcher watcher) {
    this.loss = loss;
    this.watcher = watcher;
  }

  @Override
  public double computeScore(
      INDArray labels,
      INDArray before,
      IActivation activation,
      @Nullable INDArray mask,
      boolean average) {
    return loss.computeScore(labels, before, activation, mask, average);
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray before, IActivation activation, @Nullable INDArray mask) {
    return loss.computeScoreArray(labels, before, activation, mask);
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray before, IActivation activation, @Nullable INDArray mask) {
    INDArray kept = before.dup();
    INDArray after = activation.getActivation(before.dup(), true);
    INDArray gradient = loss.computeGradient(labels, before, activation, mask);
    watcher.seen(kept, after, gradient);
    return gradient;
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels,
      INDArray before,
      IActivation activation,
      @Nullable INDArray mask,
      boolean average) {
    return new Pair<>(
        computeScore(labels, before, activation, mask, average),
        computeGradient(labels, before, activation, mask));
  }

  @Override
  public String name() {
    return loss.name();
  }
}
