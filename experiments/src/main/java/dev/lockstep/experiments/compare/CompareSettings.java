package dev.lockstep.experiments.compare;

import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.ledger.Conventions;
import dev.lockstep.dl4j.model.Precision;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a user asked for, beyond the experiment itself.
 *
 * @param conventions left to Deeplearning4j's way, each of which may explain a difference
 * @param ownDraws whether each side draws for itself, so that only statistics over seeds judge
 * @param precision that Deeplearning4j computes in; the scratch side always computes in double
 * @param length in place of the experiment's own, null: its own
 * @param trainSize in place of the experiment's own, null: its own
 * @param testSize in place of the experiment's own, null: its own
 */
public record CompareSettings(
    Alignment alignment,
    Set<Convention> conventions,
    boolean ownDraws,
    Precision precision,
    Cadence cadence,
    Selection selection,
    boolean failFast,
    TrainingSpec.@Nullable Length length,
    @Nullable Integer trainSize,
    @Nullable Integer testSize) {

  /** How Deeplearning4j is configured. */
  public enum Alignment {
    /** Its formulas are the book's. */
    ALIGNED("the book's"),
    /** The nearest thing a user would write without knowing. */
    STOCK("DL4J's own");

    private final String formulas;

    Alignment(String formulas) {
      this.formulas = formulas;
    }

    /** Returns whose formulas the candidate computes. */
    String formulas() {
      return formulas;
    }

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** As the command line's help and completion show it. */
    @Override
    public String toString() {
      return id();
    }

    /** Returns which of these conventions are left to DL4J's way. */
    public Set<Convention> leaves(Set<Convention> conventions) {
      return this == STOCK ? conventions : Set.of();
    }
  }

  /** Settings for bundled experiments, which leave to DL4J's way what the alignment says. */
  public CompareSettings(
      Alignment alignment,
      boolean ownDraws,
      Precision precision,
      Cadence cadence,
      Selection selection,
      boolean failFast,
      TrainingSpec.@Nullable Length length,
      @Nullable Integer trainSize,
      @Nullable Integer testSize) {
    this(
        alignment,
        alignment.leaves(Conventions.stock()),
        ownDraws,
        precision,
        cadence,
        selection,
        failFast,
        length,
        trainSize,
        testSize);
  }

  /** Returns the same for a candidate configured in another way. */
  public CompareSettings withCandidate(
      Alignment alignment, Set<Convention> conventions, Precision precision) {
    return new CompareSettings(
        alignment,
        conventions,
        ownDraws,
        precision,
        cadence,
        selection,
        failFast,
        length,
        trainSize,
        testSize);
  }

  /** Returns the experiment as it is to be run. */
  public Experiment applyTo(Experiment experiment) {
    TrainingSpec training = experiment.training();
    return experiment.withTraining(
        length == null ? training : training.with(length), trainSize, testSize);
  }
}
