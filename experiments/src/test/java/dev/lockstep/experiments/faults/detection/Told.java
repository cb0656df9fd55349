package dev.lockstep.experiments.faults.detection;

import dev.lockstep.core.model.Phase;
import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.faults.injection.Injection;
import dev.lockstep.experiments.faults.seeded.Explanation;
import dev.lockstep.experiments.faults.seeded.Fault;
import dev.lockstep.experiments.faults.seeded.Fault.Place;
import dev.lockstep.experiments.work.Cores;
import java.util.Objects;
import org.junit.jupiter.params.provider.Arguments;

/** What is told of a mistake that a test makes. */
final class Told {

  /** A cause is held against seven steps; what comes back does so within these. */
  private static final long STEPS = 12;

  private static final DetectionMatrix MATRIX =
      new DetectionMatrix(
          new Trainings(SmallDigits.draw(100, 20), STEPS),
          new Trainings(SmallDigits.draw(100, 20).smooth(), STEPS),
          new Cores(Runtime.getRuntime().availableProcessors(), Long.MAX_VALUE),
          message -> {});

  /** Of no matter here. */
  private static final double ACCURACY_LIMIT = 1;

  private Told() {}

  static Arguments told(BaseNetwork base, Injection injection, String cause) {
    return Arguments.argumentSet(base.id() + ": " + cause, base, injection, cause);
  }

  static String diagnosis(BaseNetwork base, Injection injection) {
    Fault fault =
        Fault.in(base, "mistake", "mistake", new Place(Phase.FORWARD, "", ""), Explanation.UNKNOWN)
            .by(injection);
    return String.valueOf(
        Objects.requireNonNull(MATRIX.detect(fault, fault.ordinary(), ACCURACY_LIMIT).divergence())
            .diagnosis());
  }
}
