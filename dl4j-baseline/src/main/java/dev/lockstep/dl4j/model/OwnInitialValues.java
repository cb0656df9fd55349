package dev.lockstep.dl4j.model;

import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.translate.TensorConversion;
import dev.lockstep.dl4j.translate.Weights;
import java.util.Arrays;
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
    Nd4j.getRandom().setSeed(seed);
    INDArray values = Nd4j.createUninitialized(DataType.DOUBLE, weights.shape().size());
    long[] shape = Arrays.stream(weights.shape().toArray()).asLongStream().toArray();
    Weights.own(weights.initial()).init(weights.fanIn(), weights.fanOut(), shape, 'c', values);
    return TensorConversion.toTensor(values, weights.shape());
  }
}
