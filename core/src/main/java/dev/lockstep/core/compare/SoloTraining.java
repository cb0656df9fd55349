package dev.lockstep.core.compare;

import dev.lockstep.core.compare.judging.Classification;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.result.Solo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Trains the reference alone to the end of a plan whose first steps were compared: what would take
 * the candidate hours.
 */
public final class SoloTraining {

  private final NetworkSpec network;
  private final TrainingPlan plan;
  private final Split trainPart;
  private final Split test;
  private final LockstepListener listener;

  /**
   * @param plan of the whole training, the steps that were compared included
   * @param train what the plan takes its batches from
   */
  public SoloTraining(
      NetworkSpec network, TrainingPlan plan, Split train, Split test, LockstepListener listener) {
    this.network = network;
    this.plan = plan;
    this.trainPart = train.part(test.size());
    this.test = test;
    this.listener = listener;
  }

  /**
   * What training alone came to.
   *
   * @param state after the last step
   */
  public record Trained(Solo solo, ModelState state) {}

  /**
   * What is needed to go on alone as if the training had never stopped.
   *
   * @param accuracy taken so far
   */
  public record Snapshot(ModelState state, List<Solo.Point> accuracy) {
    public Snapshot {
      accuracy = List.copyOf(accuracy);
    }
  }

  /**
   * Goes on from a state, to the end of the plan or to where the listener stops it.
   *
   * @param from where an equal training stood that began with the same state; null: from that state
   * @throws IllegalArgumentException if the plan has no step left after that state
   */
  public Trained goOn(ModelProvider provider, ModelState state, @Nullable Snapshot from) {
    if (state.step() >= plan.steps()) {
      throw new IllegalArgumentException(
          "expected fewer than %d steps taken, found %d".formatted(plan.steps(), state.step()));
    }
    try (Model model = provider.create(network)) {
      Snapshot start = from == null ? new Snapshot(state, List.of()) : from;
      model.restore(start.state());
      List<Solo.Point> accuracy = new ArrayList<>(start.accuracy());
      long step = start.state().step();
      double loss;
      boolean goesOn;
      do {
        step++;
        loss = model.step(plan.batch(step), plan.masks(step), Observer.NONE);
        listener.steppedAlone(step, plan.steps(), loss);
        boolean ends = step == plan.steps() || !Double.isFinite(loss);
        boolean stops = !ends && listener.stops();
        goesOn = !ends && !stops;
        boolean evaluates = Lockstep.evaluatesAfter(step, plan);
        if (evaluates || ends) {
          evaluate(model, step, accuracy);
        }
        if (!ends) {
          listener.betweenStepsAlone(() -> new Snapshot(model.state(), accuracy), stops);
        }
        if (stops && !evaluates) {
          evaluate(model, step, accuracy);
        }
      } while (goesOn);
      return new Trained(
          new Solo(provider.name(), state.step() + 1, step, loss, accuracy), model.state());
    }
  }

  private void evaluate(Model model, long step, List<Solo.Point> accuracy) {
    Solo.Point point =
        new Solo.Point(
            step,
            Classification.of(model, trainPart, network.input()).accuracy(),
            Classification.of(model, test, network.input()).accuracy());
    accuracy.add(point);
    listener.evaluatedAlone(point, plan.steps());
  }
}
