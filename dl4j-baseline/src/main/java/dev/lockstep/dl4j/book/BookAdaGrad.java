package dev.lockstep.dl4j.book;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * DL4J's AdaGrad with the book's start: {@code h} is 0, where DL4J begins with a fixed 1e-6. Its
 * {@code clone} keeps the schedule, which DL4J's loses.
 */
public final class BookAdaGrad extends AdaGrad {

  private static final long serialVersionUID = 1L;

  /**
   * @param learningRateSchedule takes the place of the learning rate if not null
   */
  public BookAdaGrad(
      @JsonProperty("learningRate") double learningRate,
      @JsonProperty("learningRateSchedule") @Nullable ISchedule learningRateSchedule,
      @JsonProperty("epsilon") double epsilon) {
    super(learningRate, epsilon);
    setLearningRateSchedule(learningRateSchedule);
  }

  @Override
  @SuppressWarnings("rawtypes") // AdaGrad's own signature
  public GradientUpdater instantiate(INDArray view, boolean initialize) {
    GradientUpdater updater = super.instantiate(view, initialize);
    if (initialize) {
      view.assign(0);
    }
    return updater;
  }

  @Override
  public BookAdaGrad clone() {
    return new BookAdaGrad(getLearningRate(), getLearningRateSchedule(), getEpsilon());
  }
}
