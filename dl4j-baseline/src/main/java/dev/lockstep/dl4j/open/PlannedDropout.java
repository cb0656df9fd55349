package dev.lockstep.dl4j.open;

import dev.lockstep.dl4j.translate.Workspaces;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * DL4J's {@code Dropout}, told what to drop: an element is kept and divided by the share that is
 * retained, or 0. DL4J's own draws for itself, another mask on every side.
 *
 * <p>Where masks come from is no part of a configuration: a step lends them to its thread.
 */
public final class PlannedDropout implements IDropout {

  private static final long serialVersionUID = 1L;

  private static final ThreadLocal<@Nullable Source> LENT = new ThreadLocal<>();

  private final String layer;
  private final double retained;
  private transient @Nullable INDArray mask;

  /** Gives masks, of the array's shape, outside of workspaces: 1 where an element is kept. */
  @FunctionalInterface
  interface Source {
    INDArray mask(String layer, double ratio, INDArray input);
  }

  /**
   * @param layer whose input it acts on
   * @param retained the share of elements that is kept
   */
  public PlannedDropout(
      @JsonProperty("layer") String layer, @JsonProperty("retained") double retained) {
    this.layer = layer;
    this.retained = retained;
  }

  public String getLayer() {
    return layer;
  }

  public double getRetained() {
    return retained;
  }

  /** Does something while masks come from a source. */
  static <T> T during(Source source, Supplier<T> action) {
    LENT.set(source);
    try {
      return action.get();
    } finally {
      LENT.remove();
    }
  }

  @Override
  public INDArray applyDropout(
      INDArray input, INDArray result, int iteration, int epoch, LayerWorkspaceMgr workspaces) {
    Source source = LENT.get();
    if (source == null) {
      throw new IllegalStateException("dropout of " + layer + ": masks exist within a step only");
    }
    INDArray next =
        Workspaces.outside(() -> source.mask(layer, 1 - retained, input).divi(retained));
    mask = next;
    return input == result ? result.muli(next) : result.assign(input).muli(next);
  }

  @Override
  public INDArray backprop(INDArray atOutput, INDArray atInput, int iteration, int epoch) {
    INDArray last = mask;
    if (last == null) {
      throw new IllegalStateException(
          "dropout of " + layer + ": a backward pass needs a forward one");
    }
    mask = null;
    return atOutput == atInput ? atInput.muli(last) : atInput.assign(atOutput).muli(last);
  }

  @Override
  public void clear() {
    mask = null;
  }

  @Override
  public PlannedDropout clone() {
    return new PlannedDropout(layer, retained);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PlannedDropout dropout
        && layer.equals(dropout.layer)
        && Double.compare(retained, dropout.retained) == 0;
  }

  @Override
  public int hashCode() {
    return 31 * layer.hashCode() + Double.hashCode(retained);
  }
}
