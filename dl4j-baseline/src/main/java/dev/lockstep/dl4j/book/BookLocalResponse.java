package dev.lockstep.dl4j.book;

import java.util.Collection;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J's local response normalization with the gradient of what it computes, see {@link
 * BookLocalResponseLayer}.
 */
public final class BookLocalResponse extends LocalResponseNormalization {

  private static final long serialVersionUID = 1L;

  @Override
  public BookLocalResponseLayer instantiate(
      NeuralNetConfiguration conf,
      @Nullable Collection<TrainingListener> listeners,
      int index,
      @Nullable INDArray parameters,
      boolean initialize,
      DataType type) {
    BookLocalResponseLayer layer = new BookLocalResponseLayer(conf, type);
    layer.setListeners(listeners);
    layer.setIndex(index);
    return layer;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BookLocalResponse && super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
