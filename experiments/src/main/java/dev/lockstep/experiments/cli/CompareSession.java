package dev.lockstep.experiments.cli;

import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.experiments.run.Comparer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Runs every experiment with every seed, one after another, and writes what came of it. */
final class CompareSession {

  private final CommandSpec spec;
  private final OutputOptions output;
  private final Comparer comparer;

  CompareSession(CommandSpec spec, OutputOptions output, Comparer comparer) {
    this.spec = spec;
    this.output = output;
    this.comparer = comparer;
  }

  /** Returns what the process exits with. */
  int run(List<Experiment> experiments, List<Long> seeds) {
    Path directory = output.directory(experiments.get(0).id());
    List<RunResult> results = new ArrayList<>();
    Verdict verdict = Verdict.AGREE;
    for (Experiment experiment : experiments) {
      for (long seed : seeds.isEmpty() ? List.of(experiment.seed()) : seeds) {
        RunResult result = run(experiment, seed);
        results.add(result);
        try {
          java.nio.file.Files.createDirectories(directory);
          java.nio.file.Files.writeString(
              directory.resolve("result.json"),
              dev.lockstep.experiments.report.ResultJson.write(result));
        } catch (java.io.IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
        verdict = verdict.or(result.verdict());
      }
    }
    return verdict.exitCode();
  }

  private RunResult run(Experiment experiment, long seed) {
    try (Progress progress = new Progress(experiment.title(), output.quiet(), System.err)) {
      return comparer.run(experiment, seed, progress);
    }
  }
}
