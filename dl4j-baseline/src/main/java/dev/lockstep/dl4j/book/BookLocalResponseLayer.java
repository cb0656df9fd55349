package dev.lockstep.dl4j.book;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.normalization.LocalResponseNormalization;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The layer of {@link BookLocalResponse}. With {@code s = k + alpha · Σ x²} of the channels around,
 *
 * <pre>dx_c = dout_c · s_c^−beta − 2 · alpha · beta · x_c · Σ dout_j · y_j / s_j</pre>
 *
 * <p>where DL4J's has {@code (Σ dout_j · y_j) / s_c}.
 */
public final class BookLocalResponseLayer extends LocalResponseNormalization {

  private static final long serialVersionUID = 1L;

  BookLocalResponseLayer(NeuralNetConfiguration conf, DataType type) {
    super(conf, type);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    org.deeplearning4j.nn.conf.layers.LocalResponseNormalization conf = layerConf();
    INDArray x = input.castTo(dataType); // N×C×H×W
    INDArray s = around(x.mul(x)).muli(conf.getAlpha()).addi(conf.getK());
    INDArray power = Transforms.pow(s, -conf.getBeta(), true);
    INDArray shares = around(epsilon.mul(x).muli(power).divi(s));
    INDArray dx = epsilon.mul(power).subi(x.mul(shares).muli(2 * conf.getAlpha() * conf.getBeta()));
    return new Pair<>(new DefaultGradient(), workspaces.dup(ArrayType.ACTIVATION_GRAD, dx));
  }

  /** Returns the sums over the channels around each. */
  private INDArray around(INDArray images) {
    INDArray sums = images.dup();
    long channels = images.size(1);
    long reach = Math.min((int) layerConf().getN() / 2, channels - 1);
    for (long apart = 1; apart <= reach; apart++) {
      INDArrayIndex[] low = channels(0, channels - apart);
      INDArrayIndex[] high = channels(apart, channels);
      sums.get(high).addi(images.get(low));
      sums.get(low).addi(images.get(high));
    }
    return sums;
  }

  private static INDArrayIndex[] channels(long from, long to) {
    return new INDArrayIndex[] {
      NDArrayIndex.all(), NDArrayIndex.interval(from, to), NDArrayIndex.all(), NDArrayIndex.all()
    };
  }
}
