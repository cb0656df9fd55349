package dev.lockstep.experiments.cli;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.model.NpzFile;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.experiments.drawing.DrawingComparer;
import dev.lockstep.experiments.figures.Ensembles;
import dev.lockstep.experiments.figures.VariantFigures;
import dev.lockstep.experiments.report.Format;
import dev.lockstep.experiments.report.Reports;
import dev.lockstep.experiments.report.Summary;
import dev.lockstep.experiments.report.SummaryBuilder;
import dev.lockstep.experiments.report.TextReport;
import dev.lockstep.experiments.reproduce.TestSource;
import dev.lockstep.experiments.run.Comparer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Runs every experiment with every seed, one after another, and writes what came of it. */
final class CompareSession {

  private final CommandSpec spec;
  private final OutputOptions output;
  private final String command;
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
      @Nullable Path parameters,
      boolean reproduce) {
    this.spec = spec;
    this.output = output;
    this.command = command;
    this.parameters = parameters;
    this.reproduce = reproduce;
  }

  /**
   * One thing to compare, with one seed.
   *
   * @param title of its progress
   * @param path where its own report goes, among others
   * @param experiment null for a drawing
   */
  record Planned(
      String id,
      String title,
      String path,
      @Nullable Experiment experiment,
      long seed,
      Function<LockstepListener, Comparer.Comparison> comparison,
      Function<FirstDivergence, Optional<TestSource>> reproduction) {

    static Planned of(Experiment experiment, long seed, Comparer comparer) {
      String variant = experiment.variant().isEmpty() ? "" : "/" + experiment.variant();
      return new Planned(
          experiment.id(),
          experiment.title() + " seed " + seed,
          experiment.id() + variant + "/seed-" + seed,
          experiment,
          seed,
          listener -> comparer.run(experiment, seed, listener),
          first -> comparer.reproduction(experiment, first));
    }

    static Planned of(ExperimentFile drawing, DrawingComparer comparer) {
      return new Planned(
          drawing.id(),
          drawing.id(),
          drawing.id(),
          null,
          0,
          listener -> new Comparer.Comparison(comparer.run(drawing), Map.of(), List.of()),
          first -> Optional.empty());
    }
  }

  /** Returns what the process exits with. */
  int run(List<Planned> planned) {
    if (parameters != null) {
      requireOne("--save-parameters", planned);
    }
    if (reproduce) {
      requireOne("--reproduce", planned);
    }
    Path directory = output.directory(name(planned));
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

  private static String name(List<Planned> planned) {
    boolean same = planned.stream().map(Planned::id).distinct().count() == 1;
    return same ? planned.get(0).id() : "experiments";
  }

  private int runOne(Planned planned, Path directory) {
    Comparer.Comparison comparison = run(planned, "");
    RunResult result = comparison.result();
    List<Path> written = Reports.write(directory, output.formats(), result);
    if (parameters != null && comparison.trained().isEmpty()) {
      throw new UsageException("--save-parameters: " + planned.id() + " trains no network");
    }
    if (parameters != null) {
      NpzFile.write(parameters, comparison.trained());
    }
    print(TextReport.write(result, output.color(), report(written)));
    FirstDivergence first = result.firstDivergence();
    if (reproduce && first != null) {
      reproduce(planned, first, directory);
    }
    return result.verdict().exitCode();
  }

  private void reproduce(Planned planned, FirstDivergence first, Path directory) {
    print(
        planned
            .reproduction()
            .apply(first)
            .map(test -> test.writeTo(directory))
            .orElse(
                "Reproduction  none: %s of %s does not differ in a small network of this layer alone%n"
                    .formatted(first.tensor(), first.layer())));
  }

  private int runAll(List<Planned> planned, Path directory) {
    SummaryBuilder summary = new SummaryBuilder(command);
    Ensembles ensembles = new Ensembles();
    for (int i = 0; i < planned.size(); i++) {
      Planned next = planned.get(i);
      Comparer.Comparison comparison = run(next, "%d/%d ".formatted(i + 1, planned.size()));
      if (next.experiment() != null) {
        ensembles.add(next.experiment(), next.seed(), comparison.answers());
      }
      RunResult result = comparison.result();
      Reports.write(directory.resolve(next.path()), output.formats(), result);
      summary.add(result, next.path());
    }
    Summary runs = summary.build();
    List<Figure> figures = new ArrayList<>(ensembles.figures());
    figures.addAll(VariantFigures.of(experiments(planned), runs));
    Summary all = runs.with(figures);
    List<Path> written = Reports.write(directory, output.formats(), all);
    print(TextReport.write(all, output.color(), report(written)));
    return all.verdict().exitCode();
  }

  private static List<Experiment> experiments(List<Planned> planned) {
    return planned.stream().map(Planned::experiment).filter(Objects::nonNull).toList();
  }

  /**
   * @param position among all runs, empty if there is but one
   */
  private Comparer.Comparison run(Planned planned, String position) {
    Progress progress = new Progress(position + planned.title(), output.quiet());
    try {
      return planned.comparison().apply(progress);
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
