package dev.lockstep.dl4j.model;

import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.translate.TensorConversion;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Initial values as DL4J's own {@code WeightInit} draws them. The book's Xavier is {@code
 * XAVIER_FAN_IN} there; {@code XAVIER} is another formula.
 */
public final class OwnInitialValues {

  private OwnInitialValues() {}

  /**
   * Draws weights in double precision; DL4J's numbers have the resolution of float.
   *
   * @param weights a parameter that is drawn
   * @param seed of the calling thread's generator
   */
  public static Tensor draw(ParameterSpec weights, long seed) {
    if (!(weights.start() instanceof ParameterSpec.Start.Drawn drawn)) {
      throw new IllegalArgumentException(weights.path() + " is not drawn, but " + weights.start());
    }
    Nd4j.getRandom().setSeed(seed);
    INDArray values = Nd4j.createUninitialized(DataType.DOUBLE, weights.shape().size());
    long[] shape = Arrays.stream(weights.shape().toArray()).asLongStream().toArray();
    weightInit(drawn.initial()).init(weights.fanIn(), weights.fanOut(), shape, 'c', values);
    return TensorConversion.toTensor(values, weights.shape());
  }

  private static IWeightInit weightInit(InitialValues initial) {
    if (initial instanceof InitialValues.Normal normal) {
      return new WeightInitDistribution(new NormalDistribution(0, normal.standardDeviation()));
    } else if (initial instanceof InitialValues.Xavier) {
      return WeightInit.XAVIER_FAN_IN.getWeightInitFunction();
    } else if (initial instanceof InitialValues.He) {
      return WeightInit.RELU.getWeightInitFunction();
    }
    return WeightInit.XAVIER_UNIFORM.getWeightInitFunction();
  }
}
