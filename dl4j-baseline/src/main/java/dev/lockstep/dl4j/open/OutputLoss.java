package dev.lockstep.dl4j.open;

import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * The loss function of an output layer: a setting that DL4J's kinds of them have each by itself.
 */
record OutputLoss(ILossFunction function, Consumer<ILossFunction> setting) {

  /** Returns the loss of a layer; null if it has none that can be watched. */
  static @Nullable OutputLoss of(Layer layer) {
    org.deeplearning4j.nn.conf.layers.Layer settings = layer.conf().getLayer();
    if (settings instanceof BaseOutputLayer output) {
      return new OutputLoss(output.getLossFn(), output::setLossFn);
    } else if (settings instanceof LossLayer output) {
      return new OutputLoss(output.getLossFn(), output::setLossFn);
    } else if (settings instanceof RnnLossLayer output) {
      return new OutputLoss(output.getLossFn(), output::setLossFn);
    } else if (settings instanceof CnnLossLayer output) {
      return new OutputLoss(output.getLossFn(), output::setLossFn);
    } else if (settings instanceof Cnn3DLossLayer output) {
      return new OutputLoss(output.getLossFn(), output::setLossFn);
    }
    return null;
  }

  void replace(ILossFunction other) {
    setting.accept(other);
  }
}
