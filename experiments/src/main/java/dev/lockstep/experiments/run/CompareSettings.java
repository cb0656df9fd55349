package dev.lockstep.experiments.run;

import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.dl4j.Precision;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a user asked for, beyond the experiment itself.
 *
 * @param precision that Deeplearning4j computes in; the scratch side always computes in double
 * @param length in place of the experiment's own, null: its own
 * @param trainSize in place of the experiment's own, null: its own
 * @param testSize in place of the experiment's own, null: its own
 */
public record CompareSettings(
    Alignment alignment,
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
  }

  /** Returns the experiment as it is to be run. */
  Experiment applyTo(Experiment experiment) {
    TrainingSpec training = experiment.training();
    return new Experiment(
        experiment.id(),
        experiment.choices(),
        experiment.chapter(),
        experiment.shows(),
        experiment.network(),
        length == null ? training : training.with(length),
        experiment.compared(),
        trainSize == null ? experiment.trainSize() : trainSize,
        testSize == null ? experiment.testSize() : testSize,
        experiment.seed(),
        experiment.member(),
        experiment.mayDiverge(),
        experiment.tolerance(),
        experiment.margin(),
        experiment.initialState(),
        experiment.figures());
  }
}
