package dev.lockstep.experiments.cli;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.model.NpzFile;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.experiments.report.Format;
import dev.lockstep.experiments.report.Reports;
import dev.lockstep.experiments.report.Summary;
import dev.lockstep.experiments.report.SummaryBuilder;
import dev.lockstep.experiments.report.TextReport;
import dev.lockstep.experiments.run.Comparer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Runs every experiment with every seed, one after another, and writes what came of it. */
final class CompareSession {

  private final CommandSpec spec;
  private final OutputOptions output;
  private final String command;
  private final Comparer comparer;
  private final @Nullable Path parameters;
  private final boolean reproduce;

  /**
   * @param command that the user gave
   * @param parameters where the trained parameters go; null: nowhere
   * @param reproduce true if a difference is to be made small and written as a test
   */
  CompareSession(
      CommandSpec spec,
      OutputOptions output,
      String command,
      Comparer comparer,
      @Nullable Path parameters,
      boolean reproduce) {
    this.spec = spec;
    this.output = output;
    this.command = command;
    this.comparer = comparer;
    this.parameters = parameters;
    this.reproduce = reproduce;
  }

  /** One experiment with one seed, and where its own report goes. */
  private record Planned(Experiment experiment, long seed, String path) {}

  /**
   * @param seeds empty: each experiment's own
   * @return what the process exits with
   */
  int run(List<Experiment> experiments, List<Long> seeds) {
    List<Planned> planned = planned(experiments, seeds);
    if (parameters != null) {
      requireOne("--save-parameters", planned);
    }
    if (reproduce) {
      requireOne("--reproduce", planned);
    }
    Path directory = output.directory(name(experiments));
    output.prepare(directory);
    try {
      return planned.size() == 1 ? runOne(planned.get(0), directory) : runAll(planned, directory);
    } finally {
      output.tidy(directory);
    }
  }

  private static void requireOne(String option, List<Planned> planned) {
    if (planned.size() > 1) {
      throw new UsageException(
          "%s: expected one run, found %d; name one experiment, variant and seed"
              .formatted(option, planned.size()));
    }
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
    return planned;
  }

  private int runOne(Planned planned, Path directory) {
    Comparer.Comparison comparison = run(planned);
    RunResult result = comparison.result();
    List<Path> written = Reports.write(directory, output.formats(), result);
    if (parameters != null) {
      NpzFile.write(parameters, comparison.trained());
    }
    print(TextReport.write(result, output.color(), report(written)));
    FirstDivergence first = result.firstDivergence();
    if (reproduce && first != null) {
      reproduce(planned.experiment(), first, directory);
    }
    return result.verdict().exitCode();
  }

  private void reproduce(Experiment experiment, FirstDivergence first, Path directory) {
    print(
        comparer
            .reproduction(experiment, first)
            .map(test -> test.writeTo(directory))
            .orElse(
                "Reproduction  none: %s of %s does not differ in a small network of this layer alone%n"
                    .formatted(first.tensor(), first.layer())));
  }

  private int runAll(List<Planned> planned, Path directory) {
    SummaryBuilder summary = new SummaryBuilder(command);
    for (Planned next : planned) {
      RunResult result = run(next).result();
      Reports.write(directory.resolve(next.path()), output.formats(), result);
      summary.add(result, next.path());
    }
    Summary all = summary.build();
    List<Path> written = Reports.write(directory, output.formats(), all);
    print(TextReport.write(all, output.color(), report(written)));
    return all.verdict().exitCode();
  }

  private Comparer.Comparison run(Planned planned) {
    String title = planned.experiment().title() + " seed " + planned.seed();
    Progress progress = new Progress(title, output.quiet());
    try {
      return comparer.run(planned.experiment(), planned.seed(), progress);
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
