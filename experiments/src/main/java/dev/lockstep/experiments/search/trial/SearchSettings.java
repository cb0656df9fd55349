package dev.lockstep.experiments.search.trial;

import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Split;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.compare.CompareSettings.Alignment;
import dev.lockstep.experiments.search.strategy.Strategy;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What a user asked for, beyond the space itself.
 *
 * @param seed of the candidates, and of the first training of each
 * @param repeats trainings of each candidate, each with another seed
 * @param jobs candidates trained at the same time
 * @param trials candidates in all
 * @param time after which no candidate begins, null if there is no limit
 * @param earlyStopping whether hopeless trials are given up
 * @param precision that Deeplearning4j computes in
 * @param trainSize how many training images are used, validation included; null: the experiment's
 *     own
 * @param testSize how many test images the finalist is tested on; null: the experiment's own
 */
public record SearchSettings(
    Strategy strategy,
    long seed,
    int repeats,
    int jobs,
    int trials,
    @Nullable Duration time,
    boolean earlyStopping,
    Alignment alignment,
    Precision precision,
    @Nullable Integer trainSize,
    @Nullable Integer testSize) {

  /** Returns the seed of each training of a candidate. */
  public List<Long> seeds() {
    return LongStream.range(seed, seed + repeats).boxed().toList();
  }

  /** Returns the training data that candidates take theirs from. */
  public Split trained(Dataset dataset) {
    Split train = dataset.train();
    return trainSize == null ? train : train.first(Math.min(trainSize, train.size()));
  }
}
