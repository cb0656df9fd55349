package dev.lockstep.dl4j.datavec;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;

/**
 * Makes of raw pixels, 0 to 255, what core's {@code Split} makes of them: divided by 255, in either
 * precision.
 *
 * <p>DL4J's scaler keeps the precision of what it is given, and {@code RecordReaderDataSetIterator}
 * gives single: divided in it, pixels would differ from core's by up to 3e-8. Single holds raw
 * pixels exactly, so they are widened first. Features and labels get the same type: {@code
 * DataSet.shuffle} brings the JVM down where they differ.
 */
public final class PixelScaler extends ImagePreProcessingScaler {

  private static final long serialVersionUID = 1L;

  private final DataType type;

  /**
   * @param type of the features and labels that come out
   */
  public PixelScaler(DataType type) {
    this.type = type;
  }

  @Override
  public void preProcess(DataSet data) {
    data.setFeatures(data.getFeatures().castTo(type));
    data.setLabels(data.getLabels().castTo(type));
    super.preProcess(data);
  }
}
