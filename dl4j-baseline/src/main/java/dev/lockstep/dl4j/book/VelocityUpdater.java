package dev.lockstep.dl4j.book;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * An updater that keeps one velocity per parameter, 0 at first.
 *
 * <p>Equality decides whether DL4J updates neighbouring parameters in one go, so it is by value.
 */
abstract class VelocityUpdater implements IUpdater {

  private static final long serialVersionUID = 1L;
  private static final String STATE = "velocity";

  private double learningRate;
  private @Nullable ISchedule learningRateSchedule;
  private final double momentum;

  VelocityUpdater(double learningRate, @Nullable ISchedule schedule, double momentum) {
    this.learningRate = learningRate;
    this.learningRateSchedule = schedule;
    this.momentum = momentum;
  }

  /**
   * Moves the velocity and turns the gradient into what DL4J subtracts from the parameters, both in
   * place.
   */
  abstract void update(INDArray gradient, INDArray velocity, double learningRate);

  public final double getLearningRate() {
    return learningRate;
  }

  public final @Nullable ISchedule getLearningRateSchedule() {
    return learningRateSchedule;
  }

  public final double getMomentum() {
    return momentum;
  }

  @Override
  public final long stateSize(long parameters) {
    return parameters;
  }

  @Override
  public final GradientUpdater<IUpdater> instantiate(INDArray view, boolean initialize) {
    if (initialize) {
      view.assign(0);
    }
    return new Velocity(this, view);
  }

  @Override
  public final GradientUpdater<IUpdater> instantiate(
      Map<String, INDArray> state, boolean initialize) {
    return instantiate(Objects.requireNonNull(state.get(STATE), STATE), initialize);
  }

  @Override
  public final double getLearningRate(int iteration, int epoch) {
    return learningRateSchedule == null
        ? learningRate
        : learningRateSchedule.valueAt(iteration, epoch);
  }

  @Override
  public final boolean hasLearningRate() {
    return true;
  }

  @Override
  public final void setLrAndSchedule(double rate, @Nullable ISchedule schedule) {
    this.learningRate = rate;
    this.learningRateSchedule = schedule;
  }

  @Override
  public final IUpdater clone() {
    try {
      return (IUpdater) super.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("an updater is cloneable", e);
    }
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof VelocityUpdater updater
        && getClass() == updater.getClass()
        && Double.compare(learningRate, updater.learningRate) == 0
        && Objects.equals(learningRateSchedule, updater.learningRateSchedule)
        && Double.compare(momentum, updater.momentum) == 0;
  }

  @Override
  public final int hashCode() {
    return Objects.hash(getClass(), learningRate, learningRateSchedule, momentum);
  }

  /** The state of one block of parameters. */
  private static final class Velocity implements GradientUpdater<IUpdater> {

    private final VelocityUpdater config;
    private INDArray velocity;

    Velocity(VelocityUpdater config, INDArray velocity) {
      this.config = config;
      this.velocity = velocity;
    }

    @Override
    public IUpdater getConfig() {
      return config;
    }

    @Override
    public void setState(Map<String, INDArray> state, boolean initialize) {
      velocity = Objects.requireNonNull(state.get(STATE), STATE);
    }

    @Override
    public Map<String, INDArray> getState() {
      return Map.of(STATE, velocity);
    }

    @Override
    public void setStateViewArray(INDArray view, long[] shape, char order, boolean initialize) {
      if (initialize) {
        view.assign(0);
      }
      velocity = view;
    }

    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
      // DL4J hands gradients over as it keeps them, [n] or [1,n]
      config.update(
          gradient, velocity.reshape(gradient.shape()), config.getLearningRate(iteration, epoch));
    }
  }
}
