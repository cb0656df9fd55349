package dev.lockstep.experiments.faults;

import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.result.Verdict;
import java.util.List;

/** Multiplies one gradient after another by almost 1 and looks at the first step. */
final class ScaledGradients {

  /** A gradient that is not this many floors large is rounding itself: no factor makes it wrong. */
  private static final double MORE_THAN_ROUNDING = 1e6;

  private static final long SEED = 1;

  private final Trainings trainings;

  ScaledGradients(Trainings trainings) {
    this.trainings = trainings;
  }

  /**
   * Scales every gradient of every network.
   *
   * @param excess what the factor exceeds 1 by
   */
  Sensitivity sensitivity(double excess) {
    long gradients = 0;
    long caught = 0;
    for (BaseNetwork base : BaseNetwork.all()) {
      for (String path : paths(base)) {
        gradients++;
        caught += compare(base, path, 1 + excess).verdict() == Verdict.AGREE ? 0 : 1;
      }
    }
    return new Sensitivity(excess, caught, gradients);
  }

  /** Compares one step of a network in which one gradient is multiplied by a factor. */
  Outcome compare(BaseNetwork base, String path, double factor) {
    Injection scaled = Injection.edit(Tampering.at(Phase.BACKWARD, path), Edits.times(factor));
    return trainings.compareFirstStep(
        base, new FaultyProvider(trainings.scratch(), "a scaled " + path, scaled), SEED);
  }

  /** Returns the paths of all gradients of a network that are more than rounding. */
  List<String> paths(BaseNetwork base) {
    return trainings.compareFirstStep(base, trainings.scratch(), SEED).readings().stream()
        .filter(reading -> reading.phase() == Phase.BACKWARD)
        .filter(reading -> reading.reading() == Reading.LOCAL)
        .filter(reading -> reading.magnitude() > MORE_THAN_ROUNDING * reading.floor())
        .map(TensorReading::tensor)
        .toList();
  }
}
