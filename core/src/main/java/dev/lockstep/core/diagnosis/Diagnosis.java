package dev.lockstep.core.diagnosis;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Tries every known explanation of a difference and returns the first that holds. */
public final class Diagnosis {

  /**
   * From the most particular to the most general: many a wrong setting comes to a factor in the
   * first step, and a factor that has no name comes last.
   */
  private static final List<Function<Evidence, Optional<String>>> EXPLANATIONS =
      List.of(
          NotFinite::explain,
          Untouched::explain,
          Rearranged::explain,
          AnotherTensor::explain,
          LeftOut::explain,
          BatchStatistics::explain,
          LossFormula::explain,
          Regularization::explain,
          Counterfactual::explain,
          NamedFactor::explain,
          NamedFactor::explainByAnyFactor);

  private Diagnosis() {}

  /** Returns what explains a difference, in words a person understands; empty if nothing does. */
  public static Optional<String> explain(Evidence evidence) {
    return EXPLANATIONS.stream().flatMap(known -> known.apply(evidence).stream()).findFirst();
  }
}
