package dev.lockstep.experiments.audit;

import dev.lockstep.bridge.trace.Manifest;
import dev.lockstep.bridge.trace.RecordedNetwork;
import dev.lockstep.core.compare.Audit;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.result.FirstDivergence;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Judges a recorded run and gathers all that it found. */
public final class Auditor {

  private final CompareSettings settings;
  private final String command;
  private final ModelProvider reference;
  private final Blas blas = Blas.chosen();

  /**
   * @param command that the user gave, for the report
   * @param reference null: the scratch side
   */
  public Auditor(CompareSettings settings, String command, @Nullable ModelProvider reference) {
    this.settings = settings;
    this.command = command;
    this.reference = reference == null ? new ScratchProvider(blas.implementation()) : reference;
  }

  /**
   * @param file that a recorder wrote
   * @param experiment whose network was trained
   */
  public RunResult audit(Path file, Experiment experiment, LockstepListener listener) {
    long start = System.nanoTime();
    NetworkSpec network = experiment.network();
    try (RecordedNetwork run = new RecordedNetwork(file, network)) {
      CompareSettings as = asRecorded(run.manifest());
      boolean inFloat = as.precision() == Precision.FLOAT;
      LockstepOptions options =
          new LockstepOptions(
              as.cadence(), as.selection(), experiment.mayDiverge(), as.failFast(), null, inFloat);
      Outcome outcome =
          new Audit(network, options, listener)
              .run(
                  reference,
                  inFloat ? new RoundedToFloat(reference) : new RoundedUp(reference),
                  run);
      return result(file, run, experiment, as, outcome, start);
    }
  }

  private CompareSettings asRecorded(Manifest manifest) {
    return settings.withCandidate(
        settings.alignment(),
        settings.conventions(),
        manifest.inFloat() ? Precision.FLOAT : Precision.DOUBLE);
  }

  private RunResult result(
      Path file,
      RecordedNetwork run,
      Experiment experiment,
      CompareSettings as,
      Outcome outcome,
      long start) {
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
            run.batchSize(),
            as.alignment().id(),
            as.precision().name().toLowerCase(Locale.ROOT),
            experiment.network().allLayers().stream().map(LayerSpec::name).toList(),
            experiment.network().inputs(),
            null,
            null),
        new RunResult.DatasetInfo(
            "recorded in " + file.getFileName(),
            0,
            0,
            "",
            run.cutOff()
                ? "the recording ends in the middle of a step: judged up to the last complete one"
                : "",
            said(run, outcome.firstDivergence()),
            "class",
            List.of()),
        Environment.describe(blas.name()),
        Configuration.of(experiment, as),
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
        List.copyOf(outcome.elements()),
        new RunResult.Timing((System.nanoTime() - start) / 1e9, outcome.samplesPerSecond()));
  }

  /** Returns what the run says of itself, and which line of its program recorded what differs. */
  private static List<String> said(RecordedNetwork run, @Nullable FirstDivergence first) {
    List<String> said = new ArrayList<>();
    run.manifest().texts().forEach((name, text) -> said.add(name + ": " + text));
    if (first != null) {
      TensorKey key = new TensorKey(first.phase(), first.tensor());
      run.recordedAt(key).ifPresent(where -> said.add("%s: recorded at %s".formatted(key, where)));
    }
    return said;
  }
}
