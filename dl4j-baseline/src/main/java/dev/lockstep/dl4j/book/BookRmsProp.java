package dev.lockstep.dl4j.book;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** DL4J's RMSprop with the book's start: {@code h} is 0, where DL4J begins with epsilon. */
public final class BookRmsProp extends RmsProp {

  private static final long serialVersionUID = 1L;

  /**
   * @param learningRateSchedule takes the place of the learning rate if not null
   */
  public BookRmsProp(
      @JsonProperty("learningRate") double learningRate,
      @JsonProperty("learningRateSchedule") @Nullable ISchedule learningRateSchedule,
      @JsonProperty("rmsDecay") double rmsDecay,
      @JsonProperty("epsilon") double epsilon) {
    super(learningRate, rmsDecay, epsilon);
    setLearningRateSchedule(learningRateSchedule);
  }

  @Override
  @SuppressWarnings("rawtypes") // RmsProp's own signature
  public GradientUpdater instantiate(INDArray view, boolean initialize) {
    GradientUpdater updater = super.instantiate(view, initialize);
    if (initialize) {
      view.assign(0);
    }
    return updater;
  }

  @Override
  public BookRmsProp clone() {
    return new BookRmsProp(
        getLearningRate(), getLearningRateSchedule(), getRmsDecay(), getEpsilon());
  }
}
