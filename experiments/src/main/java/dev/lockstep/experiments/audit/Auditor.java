package dev.lockstep.experiments.audit;

import dev.lockstep.bridge.trace.RecordedNetwork;
import dev.lockstep.core.compare.Audit;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.rounding.RoundedToFloat;
import dev.lockstep.core.rounding.RoundedUp;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.compare.CompareSettings;
import dev.lockstep.experiments.compare.Configuration;
import dev.lockstep.experiments.machine.Blas;
import dev.lockstep.experiments.machine.Environment;
import dev.lockstep.scratch.ScratchProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Judges a recorded run and gathers all that it found. */
public final class Auditor {

  private final CompareSettings settings;
  private final String command;
  private final @Nullable ModelProvider reference;
  private final Blas blas = Blas.fastest();

  /**
   * @param command that the user gave, for the report
   * @param reference null: the scratch side
   */
  public Auditor(CompareSettings settings, String command, @Nullable ModelProvider reference) {
    this.settings = settings;
    this.command = command;
    this.reference = reference;
  }

  /**
   * @param file that a recorder wrote
   * @param experiment whose network was trained
   */
  public RunResult audit(Path file, Experiment experiment, LockstepListener listener) {
    long start = System.nanoTime();
    NetworkSpec network = experiment.network();
    boolean inFloat = settings.precision() == Precision.FLOAT;
    ModelProvider side = reference == null ? new ScratchProvider(blas.implementation()) : reference;
    LockstepOptions options =
        new LockstepOptions(
            settings.cadence(),
            settings.selection(),
            experiment.mayDiverge(),
            settings.failFast(),
            null,
            inFloat);
    Outcome outcome;
    int batchSize = experiment.training().batchSize();
    try (RecordedNetwork run = new RecordedNetwork(file, network)) {
      outcome =
          new Audit(network, options, listener)
              .run(side, inFloat ? new RoundedToFloat(side) : new RoundedUp(side), run);
    }
    return new RunResult(
        RunResult.SCHEMA_VERSION,
        command,
        outcome.verdict(),
        outcome.undecided(),
        outcome.failure(),
        new RunResult.ExperimentInfo(
            experiment.id(),
            experiment.variant(),
            experiment.chapter(),
            experiment.shows(),
            experiment.seed(),
            outcome.stepsTaken(),
            outcome.stepsTaken(),
            batchSize,
            settings.alignment().id(),
            settings.precision().name().toLowerCase(Locale.ROOT),
            network.allLayers().stream().map(LayerSpec::name).toList(),
                network.inputs(),
            null,
            null),
        new RunResult.DatasetInfo(
            "recorded in " + file.getFileName(), 0, 0, "", "", List.of(), "class", List.of()),
        Environment.describe(blas.name()),
        Configuration.of(experiment, settings),
        outcome.implementations(),
        outcome.coverage(),
        outcome.horizon(),
        outcome.firstDivergence(),
        null,
        outcome.worst(),
        outcome.curves(),
        outcome.readings(),
        List.of(),
        null,
        List.of(),
        new RunResult.Timing((System.nanoTime() - start) / 1e9, outcome.samplesPerSecond()));
  }
}
