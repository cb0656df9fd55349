package dev.lockstep.dl4j.json;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration of a network leaves to the program that trains it.
 *
 * @param sample the shape of one sample of the data, such as 1×28×28
 * @param loss of a network that ends without one; null: it has its own
 */
public record TrainedOn(Shape sample, @Nullable LossSpec loss, Epochs epochs) {

  /** Returns that nothing but the shape of a sample is known. */
  public static TrainedOn samples(Shape sample) {
    return new TrainedOn(sample, null, Epochs.UNKNOWN);
  }

  /**
   * @param experiment how the network is trained
   * @param train all training data, of which the experiment may take a part
   * @param loss as in {@link TrainedOn}
   */
  public static TrainedOn of(Experiment experiment, Split train, @Nullable LossSpec loss) {
    TrainingSpec training = experiment.training();
    Integer taken = experiment.trainSize();
    int samples = taken == null ? train.size() : Math.min(taken, train.size());
    long epoch = training.stepsPerEpoch(samples);
    long begun = (training.steps(samples) + epoch - 1) / epoch;
    return new TrainedOn(train.image(), loss, new Epochs(epoch, Math.max(1, begun)));
  }
}
