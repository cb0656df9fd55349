package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.model.NpzFile;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.experiments.report.Format;
import dev.lockstep.experiments.report.Reports;
import dev.lockstep.experiments.report.Summary;
import dev.lockstep.experiments.report.SummaryBuilder;
import dev.lockstep.experiments.report.TextReport;
import dev.lockstep.experiments.run.CheckpointFile;
import dev.lockstep.experiments.run.Comparer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Runs every experiment with every seed, one after another, and writes what came of it. */
final class CompareSession {

  private final CommandSpec spec;
  private final OutputOptions output;
  private final String command;
  private final Comparer comparer;
  private final @Nullable Path parameters;

  /**
   * @param command that the user gave
   * @param parameters where the trained parameters go; null: nowhere
   */
  CompareSession(
      CommandSpec spec,
      OutputOptions output,
      String command,
      Comparer comparer,
      @Nullable Path parameters) {
    this.spec = spec;
    this.output = output;
    this.command = command;
    this.comparer = comparer;
    this.parameters = parameters;
  }

  /**
   * One experiment with one seed.
   *
   * @param path where its own report goes; empty if there is no other
   */
  private record Planned(Experiment experiment, long seed, String path) {}

  /**
   * @param seeds empty: each experiment's own
   * @param resumed what an earlier process left; null: begins anew
   * @return what the process exits with
   */
  int run(List<Experiment> experiments, List<Long> seeds, @Nullable Path resumed) {
    List<Planned> planned = planned(experiments, seeds);
    if (parameters != null && planned.size() > 1) {
      throw new UsageException(
          "--save-parameters: expected one run, found %d; name one experiment, variant and seed"
              .formatted(planned.size()));
    }
    try (RunDirectory directory = directory(experiments, planned, resumed);
        Interruption interruption = new Interruption()) {
      return planned.size() == 1
          ? runOne(planned.get(0), directory, interruption)
          : runAll(planned, directory, interruption);
    }
  }

  private RunDirectory directory(
      List<Experiment> experiments, List<Planned> planned, @Nullable Path resumed) {
    Map<String, Map<String, String>> runs = new LinkedHashMap<>();
    planned.forEach(next -> runs.put(next.path(), identity(next)));
    if (resumed != null) {
      return RunDirectory.goOn(resumed, runs);
    }
    Path path = output.directory(name(experiments));
    output.prepare(path);
    return RunDirectory.begin(path, OutputOptions.arguments(spec), runs);
  }

  private Map<String, String> identity(Planned planned) {
    return comparer.identity(planned.experiment(), planned.seed());
  }

  private static String name(List<Experiment> experiments) {
    boolean same = experiments.stream().map(Experiment::id).distinct().count() == 1;
    return same ? experiments.get(0).id() : "experiments";
  }

  private static List<Planned> planned(List<Experiment> experiments, List<Long> seeds) {
    List<Planned> planned = new ArrayList<>();
    for (Experiment experiment : experiments) {
      for (long seed : seeds.isEmpty() ? List.of(experiment.seed()) : seeds) {
        String variant = experiment.variant().isEmpty() ? "" : "/" + experiment.variant();
        planned.add(new Planned(experiment, seed, experiment.id() + variant + "/seed-" + seed));
      }
    }
    return planned.size() > 1
        ? planned
        : planned.stream().map(only -> new Planned(only.experiment(), only.seed(), "")).toList();
  }

  private int runOne(Planned planned, RunDirectory directory, Interruption interruption) {
    Run run = run(planned, directory, interruption);
    List<Path> written = Reports.write(directory.path(), output.formats(), run.result());
    print(TextReport.write(run.result(), output.color(), report(written)));
    if (run.interrupted()) {
      return sayHowToGoOn(directory);
    }
    directory.finish(planned.path());
    return run.result().verdict().exitCode();
  }

  private int runAll(List<Planned> planned, RunDirectory directory, Interruption interruption) {
    SummaryBuilder summary = new SummaryBuilder(command);
    boolean interrupted = false;
    for (Planned next : planned) {
      interrupted = interrupted || interruption.asked();
      if (interrupted) {
        break;
      }
      Run run = run(next, directory, interruption);
      Reports.write(directory.of(next.path()), output.formats(), run.result());
      summary.add(run.result(), next.path());
      interrupted = run.interrupted();
      if (!interrupted) {
        directory.finish(next.path());
      }
    }
    Summary all = summary.build();
    List<Path> written = Reports.write(directory.path(), output.formats(), all);
    print(TextReport.write(all, output.color(), report(written)));
    return interrupted ? sayHowToGoOn(directory) : all.verdict().exitCode();
  }

  /** The report covers what there is; the rest can still be had. */
  private int sayHowToGoOn(RunDirectory directory) {
    spec.commandLine()
        .getErr()
        .println(
            "lockstep: interrupted; the report covers the steps taken so far.\nTo go on: "
                + "lockstep compare --resume "
                + directory.path());
    return ExitCode.INTERRUPTED;
  }

  /**
   * What came of one run.
   *
   * @param interrupted whether it ended before its time because the process was asked to end
   */
  private record Run(RunResult result, boolean interrupted) {}

  private Run run(Planned planned, RunDirectory directory, Interruption interruption) {
    if (directory.isFinished(planned.path())) {
      return new Run(directory.result(planned.path()), false);
    }
    Path kept = directory.of(planned.path());
    String title = planned.experiment().title() + " seed " + planned.seed();
    Progress progress = new Progress(title, output.quiet());
    Checkpoints checkpoints =
        new Checkpoints(progress, interruption, new CheckpointFile(kept, identity(planned)));
    try {
      Comparer.Comparison comparison =
          comparer.run(planned.experiment(), planned.seed(), checkpoints, kept);
      if (parameters != null && !checkpoints.interrupted()) {
        NpzFile.write(parameters, comparison.trained());
      }
      if (checkpoints.interrupted() && !CheckpointFile.isIn(kept)) {
        throw new InputException(
            "interrupted, and nothing could be kept to go on from: begin anew");
      }
      return new Run(comparison.result(), checkpoints.interrupted());
    } finally {
      progress.close();
    }
  }

  private void print(String text) {
    if (output.formats().contains(Format.TEXT)) {
      spec.commandLine().getOut().print(text);
      spec.commandLine().getOut().flush();
    }
  }

  /** What a person opens first: the page, or the first file there is. */
  private static @Nullable Path report(List<Path> written) {
    return written.stream()
        .filter(path -> path.endsWith(Format.HTML.fileName()))
        .findFirst()
        .orElse(written.isEmpty() ? null : written.get(0));
  }
}
