package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Sha256;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.compare.CompareSettings;
import dev.lockstep.experiments.compare.CompareSettings.Alignment;
import dev.lockstep.experiments.compare.Comparer;
import dev.lockstep.experiments.machine.Blas;
import dev.lockstep.experiments.machine.Environment;
import dev.lockstep.experiments.resume.CheckpointFile;
import dev.lockstep.experiments.resume.DirectoryLock;
import dev.lockstep.experiments.resume.EarlierRun;
import dev.lockstep.experiments.resume.Identity;
import dev.lockstep.experiments.search.Search;
import dev.lockstep.experiments.search.result.Rerun;
import dev.lockstep.experiments.search.result.SearchReport;
import dev.lockstep.experiments.search.result.SearchResult;
import dev.lockstep.experiments.search.result.SearchText;
import dev.lockstep.experiments.search.space.ExperimentSpace;
import dev.lockstep.experiments.search.space.SearchSpace;
import dev.lockstep.experiments.search.trial.Comparing;
import dev.lockstep.experiments.search.trial.HeldOut;
import dev.lockstep.experiments.search.trial.JsonFile;
import dev.lockstep.experiments.search.trial.SearchSettings;
import dev.lockstep.experiments.search.trial.Trial;
import dev.lockstep.experiments.search.trial.Trials;
import dev.lockstep.experiments.search.trial.Trials.Kept;
import dev.lockstep.experiments.terminal.Interruption;
import dev.lockstep.experiments.work.Cluster;
import dev.lockstep.report.Format;
import dev.lockstep.report.Reports;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Runs a search in a directory, from the beginning or from where it was interrupted. */
final class SearchSession {

  private static final String BEGUN = EarlierRun.SEARCH;

  private final CommandSpec spec;
  private final OutputOptions output;
  private final List<String> arguments;
  private final SearchSpace space;
  private final SearchSettings settings;
  private final Dataset dataset;
  private final Map<String, String> values;
  private final List<String> sharedArguments;
  private final Map<String, String> sides;
  private final Comparing comparing;
  private final @Nullable Elsewhere elsewhere;

  /**
   * A cluster that trains candidates, and what its processes are told.
   *
   * @param arguments of the command line that say how, without which
   */
  record Elsewhere(ClusterOptions cluster, List<String> arguments) {}

  /**
   * @param arguments of the command line after {@code search}
   * @param values that the user set for all candidates
   * @param sharedArguments options that name the same data and sides in another command
   * @param sides what tells them from others, by name
   * @param comparing on these sides
   * @param elsewhere null: this process trains the candidates
   */
  SearchSession(
      CommandSpec spec,
      OutputOptions output,
      List<String> arguments,
      SearchSpace space,
      SearchSettings settings,
      Dataset dataset,
      Map<String, String> values,
      List<String> sharedArguments,
      Map<String, String> sides,
      Comparing comparing,
      @Nullable Elsewhere elsewhere) {
    this.spec = spec;
    this.output = output;
    this.arguments = arguments;
    this.space = space;
    this.settings = settings;
    this.dataset = dataset;
    this.values = values;
    this.sharedArguments = sharedArguments;
    this.sides = sides;
    this.comparing = comparing;
    this.elsewhere = elsewhere;
  }

  /**
   * Written when a search begins, so that it can be resumed.
   *
   * @param arguments of the command line after {@code search}
   * @param identity everything else that decides its results, by name
   */
  record Begun(List<String> arguments, Map<String, String> identity) {}

  /** Returns the arguments of the search that was begun in a directory. */
  static List<String> argumentsOf(Path directory) {
    return JsonFile.read(directory.resolve(BEGUN), Begun.class).arguments();
  }

  /** Runs from the beginning and returns what the process exits with. */
  int begin(Path directory) {
    if (Files.exists(directory.resolve(BEGUN))) {
      throw new UsageException(
          "--output: expected a directory without a search, found one in %s; go on with --resume %s, or name another"
              .formatted(directory, directory));
    }
    output.prepare(directory);
    EarlierRun.remove(
        directory, notice -> spec.commandLine().getErr().println("NOTICE: " + notice));
    JsonFile.write(directory.resolve(BEGUN), new Begun(arguments, identity()));
    return runAlone(directory, output.quiet());
  }

  /** Goes on from where the search was interrupted. */
  int resume(Path directory, boolean quiet) {
    Begun begun = JsonFile.read(directory.resolve(BEGUN), Begun.class);
    CheckpointFile.difference(begun.identity(), identity())
        .ifPresent(
            difference -> {
              throw new InputException(
                  "--resume: expected the search that was begun in %s, found another: %s"
                      .formatted(directory, difference));
            });
    return runAlone(directory, quiet);
  }

  private int runAlone(Path directory, boolean quiet) {
    try {
      FileChannel held = DirectoryLock.open(directory.resolve(BEGUN), StandardOpenOption.WRITE);
      try (held) {
        return Interruption.endsAtOnce(
            "the trials that ended are kept.\nTo go on: ./lockstep search --resume "
                + Rerun.quoted(directory.toString()),
            () -> {},
            () -> run(directory, quiet));
      }
    } catch (IOException e) {
      throw new InputException(
          "%s: expected a directory that can be written, found %s; name another"
              .formatted(directory, Reasons.of(e)),
          e);
    }
  }

  private Map<String, String> identity() {
    byte[] definition = space.definition().getBytes(StandardCharsets.UTF_8);
    Identity identity = new Identity();
    sides.forEach(identity::with);
    return identity
        .with("SHA-256 of the space and its experiment", Sha256.of(definition))
        .with("SHA-256 of the data set", dataset.sha256())
        .with("environment", Environment.ofNumbers(Blas.chosen().name()))
        .values();
  }

  private int run(Path directory, boolean quiet) {
    long start = System.nanoTime();
    List<String> words = new ArrayList<>(List.of("search"));
    words.addAll(arguments);
    String command = OutputOptions.command(words);
    Trials trials = Trials.in(directory.resolve("trials"));
    SearchProgress progress =
        new SearchProgress(
            spec.commandLine().getErr(),
            quiet,
            settings.trials(),
            elsewhere != null
                ? "on " + elsewhere.cluster().address()
                : "%d at a time (%s)".formatted(settings.jobs(), JobOptions.JOBS));
    progress.begins(directory);
    String ending = search(directory, trials, progress);
    Optional<Trial> best = SearchReport.best(trials.all().stream().map(Kept::trial).toList());
    SearchSpace.Candidate winner =
        best.map(trial -> space.candidate(trial.values(), settings.trained(dataset))).orElse(null);
    Experiment experiment = winner == null ? space.requireFit() : winner.experiment();
    HeldOut images = HeldOut.of(dataset, experiment, settings.trainSize(), space.validation());
    Rerun rerun =
        new Rerun(
            space.experiment(),
            values,
            options(images),
            space.hasConfigurations() ? trials::configuration : null);
    RunResult finalist =
        winner == null ? null : test(winner, images, rerun.command(best.orElseThrow()));
    SearchResult result =
        new SearchReport(space, settings, dataset, rerun)
            .of(
                command,
                trials.all(),
                ending,
                finalist,
                images,
                Environment.describe(Blas.chosen().name()),
                (System.nanoTime() - start) / 1e9);
    if (finalist != null) {
      Reports.write(directory.resolve(SearchReport.FINALIST), output.formats(), finalist);
    }
    List<Path> written = Reports.write(directory, result.files(output.formats(), finalist));
    if (output.formats().contains(Format.TEXT)) {
      spec.commandLine().getOut().print(SearchText.write(result, output.color(), report(written)));
      spec.commandLine().getOut().flush();
    }
    return result.verdict().exitCode();
  }

  private String search(Path directory, Trials trials, Consumer<Kept> progress) {
    if (elsewhere == null || !(space instanceof ExperimentSpace experiments)) {
      return new Search(space, settings, dataset, comparing, trials, here -> here, progress).run();
    }
    try (Cluster cluster = elsewhere.cluster().connect()) {
      return new Search(
              space,
              settings,
              dataset,
              comparing,
              trials,
              here ->
                  SearchWorker.on(
                      cluster, elsewhere.arguments(), experiments, dataset.sha256(), here),
              progress)
          .run();
    } catch (Cluster.LostException e) {
      throw elsewhere.cluster().lost(e, "search", directory);
    }
  }

  /** Trains the finalist once more, on the same images, and looks at the test images at last. */
  private RunResult test(SearchSpace.Candidate candidate, HeldOut images, String command) {
    Dataset tested = dataset.withSplits(images.train(), dataset.test());
    CompareSettings observed =
        new CompareSettings(
            settings.alignment(),
            settings.alignment().leaves(candidate.conventions()),
            false,
            settings.precision(),
            new Cadence(Cadence.SPARSER),
            Selection.ALL,
            false,
            null,
            images.train().size(),
            settings.testSize());
    return comparing.run(
        new Comparer(tested, observed, command, null),
        candidate.experiment(),
        settings.seed(),
        LockstepListener.NONE);
  }

  private List<String> options(HeldOut images) {
    List<String> options = new ArrayList<>(sharedArguments);
    options.addAll(List.of("--train-size", Integer.toString(images.train().size())));
    long last = settings.seed() + settings.repeats() - 1;
    options.addAll(
        settings.repeats() == 1
            ? List.of("--seed", Long.toString(last))
            : List.of("--seeds", settings.seed() + ".." + last));
    // compare has another default for a network that Deeplearning4j wrote
    if (settings.alignment() != Alignment.ALIGNED || space.hasConfigurations()) {
      options.addAll(List.of("--alignment", settings.alignment().id()));
    }
    if (settings.precision() != Precision.DOUBLE) {
      options.addAll(List.of("--precision", settings.precision().id()));
    }
    return options;
  }

  private static @Nullable Path report(List<Path> written) {
    return written.isEmpty() ? null : written.get(written.size() - 1);
  }

  /** Tells on stderr of every trial, and of the best so far. */
  private static final class SearchProgress implements Consumer<Kept> {
    private final PrintWriter err;
    private final boolean quiet;
    private final int trials;
    private final String where;
    private @Nullable Trial best;
    private int finished;

    SearchProgress(PrintWriter err, boolean quiet, int trials, String where) {
      this.err = err;
      this.quiet = quiet;
      this.trials = trials;
      this.where = where;
    }

    void begins(Path directory) {
      if (!quiet) {
        err.printf(
            "search: %d trials, %s; if interrupted, go on with: ./lockstep search --resume %s%n",
            trials, where, Rerun.quoted(directory.toString()));
      }
    }

    @Override
    public synchronized void accept(Kept kept) {
      Trial trial = kept.trial();
      finished++;
      best = SearchReport.best(best == null ? List.of(trial) : List.of(best, trial)).orElse(best);
      if (quiet) {
        return;
      }
      err.printf(
          Locale.ROOT,
          "search: %d of %d: trial %d %s in %.1f s%s%n",
          finished,
          trials,
          trial.number(),
          trial.hasScores()
              ? String.format(
                  Locale.ROOT,
                  "%.4f | %.4f%s",
                  trial.referenceScore(),
                  trial.candidateScore(),
                  trial.state() == Trial.State.STOPPED ? ", stopped" : "")
              : "failed: " + trial.reason(),
          kept.seconds(),
          best == null
              ? ""
              : String.format(
                  Locale.ROOT, "; best %.4f, trial %d", best.referenceScore(), best.number()));
    }
  }
}
