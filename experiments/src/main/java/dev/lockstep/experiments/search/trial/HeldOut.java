package dev.lockstep.experiments.search.trial;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.experiment.Experiment;
import org.jspecify.annotations.Nullable;

/**
 * Training images of which the last are held out to take scores on. The test images are not looked
 * at. The first are left as they stand, so that {@code compare --train-size} trains on the same.
 *
 * @param train to train on
 * @param validation to take scores on
 */
public record HeldOut(Split train, Split validation) {

  /**
   * @param size how many training images are used in all; null: as many as the experiment says
   * @param share of them that is held out
   * @throws UsageException if nothing would be left on one side
   */
  public static HeldOut of(
      Dataset dataset, Experiment experiment, @Nullable Integer size, double share) {
    Integer asked = size != null ? size : experiment.trainSize();
    int all = dataset.train().size();
    int used = asked == null ? all : Math.min(asked, all);
    int held = (int) Math.round(share * used);
    if (held == 0 || held == used) {
      throw new UsageException(
          "a share of %s for validation leaves nothing on one side of %d training images"
              .formatted(share, used));
    }
    return new HeldOut(
        dataset.train().first(used - held), dataset.train().select(Split.range(used - held, used)));
  }
}
