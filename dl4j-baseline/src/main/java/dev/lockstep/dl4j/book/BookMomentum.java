package dev.lockstep.dl4j.book;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Plain momentum (chapter 6): {@code v = momentum·v − lr·g; W += v}. DL4J has none: its {@code
 * Nesterovs} equals it only for a momentum of 0.
 */
public final class BookMomentum extends VelocityUpdater {

  private static final long serialVersionUID = 1L;

  public BookMomentum(double learningRate, double momentum) {
    this(learningRate, null, momentum);
  }

  /**
   * @param learningRateSchedule takes the place of the learning rate if not null
   */
  public BookMomentum(
      @JsonProperty("learningRate") double learningRate,
      @JsonProperty("learningRateSchedule") @Nullable ISchedule learningRateSchedule,
      @JsonProperty("momentum") double momentum) {
    super(learningRate, learningRateSchedule, momentum);
  }

  @Override
  void update(INDArray gradient, INDArray velocity, double learningRate) {
    gradient.muli(learningRate);
    velocity.muli(getMomentum()).subi(gradient);
    gradient.assign(velocity).negi();
  }
}
