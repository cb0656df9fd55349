package dev.lockstep.core.diagnosis;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.tensor.Tensor;
import java.util.Optional;

/** A tensor that was not computed in this step: zero, still the old one, or one step late. */
final class Untouched {

  private Untouched() {}

  static Optional<String> explain(Evidence evidence) {
    return stillTheOld(evidence).or(() -> allZero(evidence)).or(() -> oneStepLate(evidence));
  }

  private static Optional<String> allZero(Evidence evidence) {
    return evidence.acceptedIf(
        new double[evidence.candidate().size()], "it is all zeros: it was never computed");
  }

  private static Optional<String> stillTheOld(Evidence evidence) {
    if (evidence.tensor().key().phase() != Phase.UPDATE) {
      return Optional.empty();
    }
    Tensor before = evidence.scene().before().tensor(evidence.tensor().key().path());
    return evidence.acceptedIf(
        before.data(), "it is what it was before the step: it was not updated");
  }

  private static Optional<String> oneStepLate(Evidence evidence) {
    Recording previous = evidence.scene().previousSeen();
    Tensor late = previous == null ? null : previous.tensor(evidence.tensor().key());
    return late == null
        ? Optional.empty()
        : evidence.acceptedIf(late.data(), "it is the one of the step before: one step stale");
  }
}
