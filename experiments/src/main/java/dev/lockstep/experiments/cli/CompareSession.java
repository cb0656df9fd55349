package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.storage.NpzFile;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.compare.Comparer;
import dev.lockstep.experiments.figures.DrawingComparer;
import dev.lockstep.experiments.figures.Ensembles;
import dev.lockstep.experiments.figures.SideAnswers;
import dev.lockstep.experiments.figures.VariantFigures;
import dev.lockstep.experiments.live.LivePage;
import dev.lockstep.experiments.machine.Memory;
import dev.lockstep.experiments.reproduce.TestSource;
import dev.lockstep.experiments.resume.CheckpointFile;
import dev.lockstep.experiments.resume.Checkpoints;
import dev.lockstep.experiments.resume.RunDirectory;
import dev.lockstep.experiments.search.result.Rerun;
import dev.lockstep.experiments.terminal.Interruption;
import dev.lockstep.experiments.terminal.LiveLines;
import dev.lockstep.experiments.terminal.Progress;
import dev.lockstep.experiments.terminal.Tally;
import dev.lockstep.experiments.work.Cluster;
import dev.lockstep.experiments.work.Parcel;
import dev.lockstep.report.Format;
import dev.lockstep.report.Reports;
import dev.lockstep.report.TextReport;
import dev.lockstep.report.summary.Summary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Runs every experiment with every seed and writes what came of it, in the order of the plan. */
final class CompareSession {

  private final CommandSpec spec;
  private final OutputOptions output;
  private final String command;
  private final Cadence cadence;
  private final @Nullable Path parameters;
  private final Consumer<Comparer.Compared> kept;
  private final boolean reproduce;
  private final JobOptions jobs;
  private final @Nullable Elsewhere elsewhere;
  private final boolean showsLive;
  private @Nullable LivePage live;

  /** Of the hosts of a cluster. */
  private final Set<String> processors = new ConcurrentSkipListSet<>();

  /** Why some of several runs came to no result, or to none that could be written, by number. */
  private final NavigableMap<Integer, Throwable> failures = new ConcurrentSkipListMap<>();

  /**
   * A cluster that carries runs out, and what its processes are told.
   *
   * @param arguments of the command line that say how, without what
   * @param files that it needs
   */
  record Elsewhere(ClusterOptions cluster, List<String> arguments, List<Path> files) {}

  /**
   * @param command that the user gave
   * @param cadence which steps are observed
   * @param elsewhere null: this process carries the runs out
   * @param showsLive whether a page shows the runs while they last
   * @param parameters where the trained parameters go; null: nowhere
   * @param kept told of one run that came to its end
   * @param reproduce true if a difference is to be made small and written as a test
   */
  CompareSession(
      CommandSpec spec,
      OutputOptions output,
      JobOptions jobs,
      String command,
      Cadence cadence,
      @Nullable Elsewhere elsewhere,
      boolean showsLive,
      @Nullable Path parameters,
      Consumer<Comparer.Compared> kept,
      boolean reproduce) {
    this.spec = spec;
    this.output = output;
    this.jobs = jobs;
    this.command = command;
    this.cadence = cadence;
    this.elsewhere = elsewhere;
    this.showsLive = showsLive;
    this.parameters = parameters;
    this.kept = kept;
    this.reproduce = reproduce;
  }

  /**
   * One thing to compare, with one seed.
   *
   * @param title of its progress
   * @param path where its own report goes; empty if there is no other
   * @param file that describes it
   * @param experiment null for a drawing
   * @param identity everything that decides its numbers, by name
   * @param memory that it needs
   * @param comparison given the directory that may hold what an equal run left to go on from
   */
  record Planned(
      String id,
      String title,
      String path,
      ExperimentFile file,
      @Nullable Experiment experiment,
      long seed,
      Map<String, String> identity,
      Memory.Need memory,
      BiFunction<LockstepListener, Path, Comparer.Compared> comparison,
      Function<FirstDivergence, Optional<TestSource>> reproduction,
      Function<Map<String, Tensor>, List<SideAnswers>> answers) {

    /**
     * @param comparer for what is asked of it before the run
     * @param sides lent to the run, by which the comparer carries it out
     */
    static Planned of(
        ExperimentFile file, Experiment experiment, long seed, Comparer comparer, SidesPool sides) {
      String variant = experiment.variant().isEmpty() ? "" : "/" + experiment.variant();
      return new Planned(
          experiment.id(),
          experiment.title() + " seed " + seed,
          experiment.id() + variant + "/seed-" + seed,
          file,
          experiment,
          seed,
          identity(experiment, seed, comparer),
          comparer.memory(experiment),
          (listener, checkpoints) ->
              sides.lend(
                  lent ->
                      comparer
                          .with(lent.reference(), lent.candidate())
                          .run(experiment, seed, listener, checkpoints)),
          first -> comparer.reproduction(experiment, first),
          answers -> comparer.answers(experiment, answers));
    }

    private static Map<String, String> identity(
        Experiment experiment, long seed, Comparer comparer) {
      comparer.requireFit(experiment);
      return comparer.identity(experiment, seed);
    }

    static Planned of(ExperimentFile drawing, DrawingComparer comparer) {
      return new Planned(
          drawing.id(),
          drawing.id(),
          drawing.id(),
          drawing,
          null,
          0,
          DrawingComparer.identity(drawing),
          Memory.Need.NONE,
          (listener, checkpoints) -> Comparer.Compared.of(comparer.run(drawing)),
          first -> Optional.empty(),
          answers -> List.of());
    }

    /** Returns the same where there is no other. */
    Planned alone() {
      return new Planned(
          id,
          title,
          "",
          file,
          experiment,
          seed,
          identity,
          memory,
          comparison,
          reproduction,
          answers);
    }

    /** Carries it out in this process and leaves all that came of it in a directory. */
    void carryOut(Path directory, Set<Format> formats) {
      Comparer.Compared came = comparison.apply(LockstepListener.NONE, directory);
      if (isMember()) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        came.answers().forEach(side -> outputs.put(side.name(), side.answers().outputs()));
        NpzFile.write(directory.resolve(CheckpointFile.ANSWERS), outputs);
      }
      Reports.write(directory, formats, came.result());
    }

    /** Returns whether a directory has all that came of it. */
    boolean isIn(RunDirectory directory) {
      return directory.isFinished(path)
          && (!isMember() || Files.exists(directory.of(path).resolve(CheckpointFile.ANSWERS)));
    }

    /** Returns what came of it elsewhere, from its directory. */
    Comparer.Compared came(RunDirectory directory) {
      List<SideAnswers> sides =
          isMember()
              ? answers.apply(NpzFile.read(directory.of(path).resolve(CheckpointFile.ANSWERS)))
              : List.of();
      return new Comparer.Compared(directory.result(path), Map.of(), null, sides);
    }

    /** Returns whether a figure over several runs needs more of this one than its result holds. */
    boolean isMember() {
      return !path.isEmpty() && experiment != null && Ensembles.takes(experiment);
    }
  }

  /**
   * @param asked at least one
   * @param resumed what an earlier process left; null: begins anew
   * @return what the process exits with
   */
  int run(List<Planned> asked, @Nullable Path resumed) {
    if (elsewhere != null && asked.size() == 1) {
      throw new UsageException(
          "%s: expected several runs, found one; add --seeds, or leave the cluster out"
              .formatted(ClusterOptions.MASTER));
    }
    if (parameters != null) {
      requireOne("--save-parameters", asked);
      requireTraining(asked.get(0));
    }
    if (reproduce) {
      requireOne("--reproduce", asked);
    }
    List<Planned> planned = asked.size() == 1 ? List.of(asked.get(0).alone()) : asked;
    try (RunDirectory directory = directory(planned, resumed);
        Interruption interruption = Interruption.heldBack();
        LivePage page = showsLive ? new LivePage(command, planned.size()) : null) {
      live = page;
      if (page != null) {
        spec.commandLine().getErr().println("compare: live at " + page.address());
      }
      if (elsewhere == null) {
        sayWhatMemoryItNeeds(planned);
      }
      return planned.size() == 1
          ? runOne(planned.get(0), directory, interruption)
          : runAll(planned, directory, interruption);
    }
  }

  private void sayWhatMemoryItNeeds(List<Planned> planned) {
    planned.stream()
        .map(Planned::memory)
        .max(Comparator.comparingLong(Memory.Need::heap))
        .flatMap(need -> need.notice(Runtime.getRuntime().maxMemory()))
        .ifPresent(notice -> spec.commandLine().getErr().println("NOTICE: " + notice));
  }

  static void requireOne(String option, List<Planned> planned) {
    if (planned.size() > 1) {
      throw new UsageException(
          "%s: expected one run, found %d; name one experiment, variant and seed"
              .formatted(option, planned.size()));
    }
  }

  private static void requireTraining(Planned planned) {
    if (planned.experiment() == null) {
      throw new UsageException("--save-parameters: " + planned.id() + " trains no network");
    }
  }

  private RunDirectory directory(List<Planned> planned, @Nullable Path resumed) {
    Map<String, Map<String, String>> runs = new LinkedHashMap<>();
    Set<String> folders = new HashSet<>();
    for (Planned next : planned) {
      // some systems do not tell A from a
      if (!folders.add(next.path().toLowerCase(Locale.ROOT))) {
        throw new UsageException(
            "expected every run once, found two called %s; give variants names that differ"
                .formatted(next.title()));
      }
      runs.put(next.path(), next.identity());
    }
    if (resumed != null) {
      return RunDirectory.goOn(resumed, runs);
    }
    Path path = output.directory(name(planned));
    output.prepare(path);
    return RunDirectory.begin(
        path,
        OutputOptions.arguments(spec),
        runs,
        notice -> spec.commandLine().getErr().println("NOTICE: " + notice));
  }

  private static String name(List<Planned> planned) {
    boolean same = planned.stream().map(Planned::id).distinct().count() == 1;
    return same ? planned.get(0).id() : "experiments";
  }

  private int runOne(Planned planned, RunDirectory directory, Interruption interruption) {
    Run run = run(planned, "", directory, interruption);
    if (run.isLost()) {
      return sayWhatIsLost();
    }
    RunResult result = run.comparison().result();
    print(TextReport.write(result, output.color(), null)); // seen, whatever happens to the files
    printReport(Reports.write(directory.path(), output.formats(), result));
    if (parameters != null && run.end() == End.COMPLETE) {
      NpzFile.write(parameters, run.comparison().trained());
    }
    if (run.end() == End.COMPLETE) {
      kept.accept(run.comparison());
    }
    if (run.isInterrupted()) {
      return sayHowToGoOn(directory);
    }
    FirstDivergence first = result.firstDivergence();
    if (reproduce && first != null) {
      reproduce(planned, first, directory.path());
    }
    directory.finish(planned.path());
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

  private int runAll(List<Planned> planned, RunDirectory directory, Interruption interruption) {
    Gathered gathered = new Gathered(command, planned, directory);
    AtomicBoolean interrupted = new AtomicBoolean();
    if (!output.quiet()) {
      LiveLines.STDERR.print(
          "compare: %d runs, %s"
              .formatted(
                  planned.size(),
                  elsewhere != null
                      ? "on " + elsewhere.cluster().address()
                      : "%d at a time (%s)".formatted(jobs.count(), JobOptions.JOBS)));
    }
    try (Tally tally = new Tally("compare", planned.size(), output.quiet())) {
      if (elsewhere != null) {
        interrupted.set(carryOut(elsewhere, planned, directory, interruption, gathered, tally));
      } else {
        jobs.cores()
            .each(
                planned.size(),
                i -> planned.get(i).memory().total(),
                i -> {
                  if (interruption.asked()
                      || carryOut(i, planned.get(i), directory, interruption, gathered, tally)) {
                    interrupted.set(true);
                  }
                  return i;
                });
      }
    }
    if (processors.size() > 1) {
      spec.commandLine()
          .getErr()
          .println(
              "NOTICE: the runs were carried out on processors that differ, and with them the last bits of OpenBLAS may: "
                  + String.join(", ", processors));
    }
    if (interrupted.get()) {
      gathered.isWithout();
    }
    Summary runs = gathered.summary();
    if (runs == null) {
      throwFailure();
      return sayWhatIsLost();
    }
    List<Figure> figures = new ArrayList<>(gathered.ensembles());
    figures.addAll(VariantFigures.of(experiments(planned), runs));
    Summary all = runs.with(figures);
    print(TextReport.write(all, output.color(), null));
    printReport(Reports.write(directory.path(), output.formats(), all));
    if (interrupted.get()) {
      return sayHowToGoOn(directory);
    }
    throwFailure();
    planned.stream().filter(Planned::isMember).forEach(member -> directory.finish(member.path()));
    return all.verdict().exitCode();
  }

  /**
   * Carries out the runs that are not done yet on a cluster.
   *
   * @return whether they were interrupted
   */
  private boolean carryOut(
      Elsewhere elsewhere,
      List<Planned> planned,
      RunDirectory directory,
      Interruption interruption,
      Gathered gathered,
      Tally tally) {
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < planned.size(); i++) {
      Planned next = planned.get(i);
      if (next.isIn(directory)) {
        take(i, next, directory, gathered, tally);
      } else {
        open.add(i);
      }
    }
    if (open.isEmpty()) {
      return false;
    }
    List<String> units =
        open.stream()
            .map(i -> CommandWorker.text(unit(planned.get(i), elsewhere.arguments())))
            .toList();
    try (Cluster cluster = elsewhere.cluster().connect()) {
      elsewhere.files().forEach(cluster::send);
      cluster.carryOut(
          CompareWorker.class,
          units,
          (unit, parcel) -> {
            int number = open.get(unit);
            Planned run = planned.get(number);
            try {
              directory.finish(run.path()); // what an earlier process left to go on from
              Parcel.unpack(parcel, directory.of(run.path()));
              take(number, run, directory, gathered, tally);
            } catch (RuntimeException e) {
              fail(number, run, e);
              gathered.isWithout();
            }
          });
      return false;
    } catch (Cluster.LostException e) {
      if (interruption.arrives()) {
        return true;
      }
      throw elsewhere.cluster().lost(e, "compare", directory.path());
    }
  }

  private void take(
      int number, Planned run, RunDirectory directory, Gathered gathered, Tally tally) {
    Comparer.Compared came = run.came(directory);
    gathered.add(number, came, true);
    processors.add(came.result().environment().getOrDefault("cpu", "unknown"));
    tally.ended(run.title(), word(came.result()));
  }

  private static String word(RunResult result) {
    return Summary.Run.of(result, "").verdictOrDash();
  }

  private CompareWorker.Unit unit(Planned run, List<String> arguments) {
    return new CompareWorker.Unit(
        command,
        arguments,
        CommandWorker.Description.of(run.file()),
        run.path(),
        run.seed(),
        run.identity());
  }

  /**
   * Carries out one of several runs; what goes wrong with it is no reason to go without the others.
   *
   * @return whether it was interrupted
   */
  private boolean carryOut(
      int number,
      Planned planned,
      RunDirectory directory,
      Interruption interruption,
      Gathered gathered,
      Tally tally) {
    try {
      String position = "%d/%d ".formatted(number + 1, tally.of());
      Run run = run(planned, position, directory, interruption);
      if (run.isLost()) {
        return true;
      }
      RunResult result = run.comparison().result();
      boolean written = write(number, planned, directory, result);
      gathered.add(number, run.comparison(), written);
      if (!run.isInterrupted() && !planned.isMember()) {
        directory.finish(planned.path());
      }
      tally.ended(planned.title(), word(result));
      if (live != null) {
        live.ended(planned.title(), result);
      }
      return run.isInterrupted();
    } catch (RuntimeException | LinkageError | OutOfMemoryError | StackOverflowError e) {
      fail(number, planned, e);
      gathered.isWithout();
      return false;
    }
  }

  private void fail(int number, Planned planned, Throwable e) {
    failures.put(number, e);
    LiveLines.STDERR.print("lockstep: %s: %s".formatted(planned.title(), e.getMessage()));
  }

  /** Throws what the first run that failed did, which is told once more. */
  private void throwFailure() {
    if (!failures.isEmpty()) {
      Throwable first = failures.firstEntry().getValue();
      if (first instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) first;
    }
  }

  private static List<Experiment> experiments(List<Planned> planned) {
    return planned.stream().map(Planned::experiment).filter(Objects::nonNull).toList();
  }

  /** The report covers what there is; the rest can still be had. */
  private int sayHowToGoOn(RunDirectory directory) {
    spec.commandLine()
        .getErr()
        .println(
            "lockstep: interrupted; the report covers the steps taken so far.\nTo go on: "
                + "./lockstep compare --resume "
                + Rerun.quoted(directory.path().toString()));
    return ExitCode.INTERRUPTED;
  }

  private int sayWhatIsLost() {
    spec.commandLine()
        .getErr()
        .println("lockstep: interrupted, and nothing could be kept to go on from: begin anew");
    return ExitCode.INTERRUPTED;
  }

  /** How a run came to its end. */
  private enum End {
    COMPLETE,
    /** By an earlier process, which left the result. */
    COMPLETE_BEFORE,
    /** Before its time, because the process was asked to end: it can be gone on with. */
    INTERRUPTED,
    /** The same, but nothing was kept: it can only be begun anew. */
    LOST
  }

  /** What came of one run. */
  private record Run(Comparer.Compared comparison, End end) {

    boolean isInterrupted() {
      return end == End.INTERRUPTED || isLost();
    }

    boolean isLost() {
      return end == End.LOST;
    }
  }

  /**
   * @param position among all runs, empty if there is but one
   */
  private Run run(
      Planned planned, String position, RunDirectory directory, Interruption interruption) {
    if (directory.isFinished(planned.path()) && !planned.isMember()) {
      return new Run(Comparer.Compared.of(directory.result(planned.path())), End.COMPLETE_BEFORE);
    }
    Path kept = directory.of(planned.path());
    Progress progress =
        new Progress(position + planned.title(), cadence, position.isEmpty(), output.quiet());
    Checkpoints checkpoints =
        new Checkpoints(
            live == null ? progress : live.watching(planned.title(), progress),
            progress::say,
            interruption::asked,
            new CheckpointFile(kept, planned.identity()));
    try {
      Comparer.Compared comparison = planned.comparison().apply(checkpoints, kept);
      if (!checkpoints.interrupted()) {
        boolean ended = candidateFailed(comparison.result()) && interruption.arrives();
        return new Run(comparison, ended ? End.LOST : End.COMPLETE);
      }
      return new Run(comparison, CheckpointFile.isIn(kept) ? End.INTERRUPTED : End.LOST);
    } finally {
      progress.close();
    }
  }

  private static boolean candidateFailed(RunResult result) {
    Failure failure = result.failure();
    return failure != null && failure.kind() == Failure.Kind.CANDIDATE_FAILED;
  }

  /** The other runs are worth having without the files of this one. */
  private boolean write(int number, Planned planned, RunDirectory directory, RunResult result) {
    try {
      Reports.write(directory.of(planned.path()), output.formats(), result);
      return true;
    } catch (InputException e) {
      fail(number, planned, e);
      return false;
    }
  }

  private void printReport(List<Path> written) {
    Path report = report(written);
    if (live != null && report != null && report.endsWith(Format.HTML.fileName())) {
      live.reported(report);
    }
    if (report != null) {
      print("Report     " + report + "\n");
    }
  }

  private void print(String text) {
    if (output.formats().contains(Format.TEXT)) {
      spec.commandLine().getOut().print(text);
      spec.commandLine().getOut().flush();
    }
  }

  /** What a person opens first: the page, or the first file there is. */
  static @Nullable Path report(List<Path> written) {
    return written.stream()
        .filter(path -> path.endsWith(Format.HTML.fileName()))
        .findFirst()
        .orElse(written.isEmpty() ? null : written.get(0));
  }
}
