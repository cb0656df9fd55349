package dev.lockstep.core.diagnosis;

import java.util.Arrays;
import java.util.Optional;

/** Numbers that are none. */
final class NotFinite {

  private NotFinite() {}

  static Optional<String> explain(Evidence evidence) {
    double[] candidate = evidence.candidate().data();
    long notFinite = Arrays.stream(candidate).filter(value -> !Double.isFinite(value)).count();
    return notFinite == 0
        ? Optional.empty()
        : Optional.of(
            "%d of %d elements are NaN or infinite on the candidate's side"
                .formatted(notFinite, candidate.length));
  }
}
