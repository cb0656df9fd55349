package dev.lockstep.dl4j.book;

import java.util.Collection;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.NoParamLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Dropout (chapter 6) that is told which elements to drop. The book's form drops in training and
 * scales by {@code 1 − ratio} in prediction; the inverted form scales by {@code 1 / (1 − ratio)} in
 * training and does nothing in prediction. DL4J's own {@code Dropout} is the inverted form, takes
 * the share to <i>retain</i>, and draws for itself.
 *
 * <p>Where the masks come from is no part of the configuration: it is given to the layer with
 * {@link MaskedDropoutLayer#useMasks} and must be given again after a restore.
 */
public final class MaskedDropout extends NoParamLayer {

  private static final long serialVersionUID = 1L;

  private final double ratio;
  private final boolean inverted;

  /**
   * @param ratio the share that is dropped
   */
  public MaskedDropout(
      @JsonProperty("ratio") double ratio, @JsonProperty("inverted") boolean inverted) {
    this.ratio = ratio;
    this.inverted = inverted;
  }

  public double getRatio() {
    return ratio;
  }

  public boolean isInverted() {
    return inverted;
  }

  @Override
  public MaskedDropoutLayer instantiate(
      NeuralNetConfiguration conf,
      @Nullable Collection<TrainingListener> listeners,
      int index,
      @Nullable INDArray parameters,
      boolean initialize,
      DataType type) {
    MaskedDropoutLayer layer = new MaskedDropoutLayer(conf, type);
    layer.setListeners(listeners);
    layer.setIndex(index);
    return layer;
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    return input;
  }

  @Override
  public @Nullable InputPreProcessor getPreProcessorForInputType(InputType input) {
    return null;
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType input) {
    return new LayerMemoryReport.Builder(getLayerName(), MaskedDropout.class, input, input)
        .standardMemory(0, 0)
        .build();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof MaskedDropout dropout
        && super.equals(other)
        && Double.compare(ratio, dropout.ratio) == 0
        && inverted == dropout.inverted;
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + Double.hashCode(ratio) + Boolean.hashCode(inverted);
  }
}
