package dev.lockstep.dl4j.book;

import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.BooleanIndexing;
import org.nd4j.linalg.indexing.conditions.Conditions;

/** {@code 0.2·x + 0.5}, cut off below 0 and above 1. DL4J's own rounds 0.2 to float. */
public final class BookHardSigmoid extends BaseActivationFunction {

  private static final long serialVersionUID = 1L;
  private static final double SLOPE = 0.2;
  private static final double KINK = 2.5;

  @Override
  public INDArray getActivation(INDArray in, boolean training) {
    in.muli(SLOPE).addi(0.5);
    BooleanIndexing.replaceWhere(in, 0.0, Conditions.lessThan(0.0));
    BooleanIndexing.replaceWhere(in, 1.0, Conditions.greaterThan(1.0));
    return in;
  }

  @Override
  public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
    assertShape(in, epsilon);
    INDArray above = in.gte(-KINK).castTo(in.dataType());
    INDArray below = in.lte(KINK).castTo(in.dataType());
    return new Pair<>(in.assign(above.muli(below).muli(SLOPE).muli(epsilon)), null);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BookHardSigmoid;
  }

  @Override
  public int hashCode() {
    return BookHardSigmoid.class.hashCode();
  }

  @Override
  public String toString() {
    return "hardSigmoid";
  }
}
