package dev.lockstep.dl4j.book;

import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.AbstractLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The layer of {@link MaskedDropout}.
 *
 * <p>Two traps of DL4J's dropout are avoided: its input stays as it is, where {@code DropoutLayer}
 * overwrites the previous layer's activations; and a mask lives outside of workspaces, since one
 * made in the forward pass is no longer valid in the backward pass.
 */
public final class MaskedDropoutLayer extends AbstractLayer<MaskedDropout> {

  private static final long serialVersionUID = 1L;

  private transient @Nullable UnaryOperator<INDArray> masks;
  private transient @Nullable INDArray mask;

  MaskedDropoutLayer(NeuralNetConfiguration conf, DataType type) {
    super(conf, type);
  }

  /**
   * Says where masks come from.
   *
   * @param source returns, for a layer's input, an array of its shape and type, outside of
   *     workspaces, with 1 where an element is kept and 0 where it is dropped; asked once per
   *     training step
   */
  public void useMasks(UnaryOperator<INDArray> source) {
    this.masks = source;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    MaskedDropout dropout = layerConf();
    double kept = 1 - dropout.getRatio();
    INDArray out = workspaces.dup(ArrayType.ACTIVATIONS, input);
    if (training) {
      mask = nextMask();
      return scaleInTraining(out.muli(mask));
    }
    return dropout.isInverted() ? out : out.muli(kept);
  }

  private INDArray nextMask() {
    if (masks == null) {
      throw new IllegalStateException(
          "dropout layer %s: expected a source of masks, found none; call useMasks after a restore"
              .formatted(layerConf().getLayerName()));
    }
    INDArray next = masks.apply(input);
    if (next.isAttached()) {
      throw new IllegalStateException(
          "dropout layer %s: expected a mask outside of workspaces, found one inside"
              .formatted(layerConf().getLayerName()));
    }
    return next;
  }

  private INDArray scaleInTraining(INDArray array) {
    return layerConf().isInverted() ? array.divi(1 - layerConf().getRatio()) : array;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    if (mask == null) {
      throw new IllegalStateException("dropout: a backward pass needs a forward pass before it");
    }
    INDArray delta = workspaces.dup(ArrayType.ACTIVATION_GRAD, epsilon);
    return new Pair<>(new DefaultGradient(), scaleInTraining(delta.muli(mask)));
  }

  @Override
  public void clear() {
    super.clear();
    mask = null;
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public void clearNoiseWeightParams() {}
}
