package dev.lockstep.dl4j.book;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Nesterov's gradient in the order of statements that the book's code has: {@code v = momentum·v −
 * lr·g; W += momentum²·v − (1 + momentum)·lr·g}, the velocity already moved. With the old velocity
 * in the second statement it would be DL4J's {@code Nesterovs}.
 */
public final class BookNesterov extends VelocityUpdater {

  private static final long serialVersionUID = 1L;

  public BookNesterov(double learningRate, double momentum) {
    this(learningRate, null, momentum);
  }

  /**
   * @param learningRateSchedule takes the place of the learning rate if not null
   */
  public BookNesterov(
      @JsonProperty("learningRate") double learningRate,
      @JsonProperty("learningRateSchedule") @Nullable ISchedule learningRateSchedule,
      @JsonProperty("momentum") double momentum) {
    super(learningRate, learningRateSchedule, momentum);
  }

  @Override
  void update(INDArray gradient, INDArray velocity, double learningRate) {
    gradient.muli(learningRate);
    velocity.muli(getMomentum()).subi(gradient);
    gradient.muli(1 + getMomentum()).subi(velocity.mul(getMomentum() * getMomentum()));
  }
}
