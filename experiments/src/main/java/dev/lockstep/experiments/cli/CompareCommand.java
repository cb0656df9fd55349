package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.core.yaml.Overrides;
import dev.lockstep.core.yaml.YamlValue;
import dev.lockstep.dl4j.json.Dl4jConfiguration;
import dev.lockstep.dl4j.json.TrainedOn;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.catalogue.Catalogue;
import dev.lockstep.experiments.compare.CompareSettings;
import dev.lockstep.experiments.compare.Comparer;
import dev.lockstep.experiments.faults.seeded.Fault;
import dev.lockstep.experiments.figures.DrawingComparer;
import dev.lockstep.experiments.machine.Environment;
import dev.lockstep.experiments.resume.CheckpointFile;
import dev.lockstep.experiments.resume.RunDirectory;
import dev.lockstep.experiments.terminal.Progress;
import dev.lockstep.report.Format;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep compare}: trains both sides and reports the differences. */
@Command(
    name = "compare",
    description = "Trains both sides and reports the differences.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lockstep compare",
      "  lockstep compare two-layer-net optimizer.learningRate=0.05 --steps 500",
      "  lockstep compare my.yaml --precision float",
      "  lockstep compare two-layer-net --candidate fault:softmax-over-batch",
      "  lockstep compare two-layer-net --candidate-command \"python3 my_net.py\"",
      "  lockstep compare simple-convnet --reference dl4j --candidate pytorch",
      "  lockstep compare --all --seeds 1..10 --jobs 4",
      "  lockstep compare --dl4j-config net.json training.batchSize=50 --epochs 1",
      "  lockstep compare --reference dl4j-config:lstm.json --candidate my-lstm \\",
      "      --classpath my.jar --data sequences:DIR"
    })
final class CompareCommand implements Callable<Integer> {

  /** What may be said besides of the network of a file. */
  private static final Set<String> OWN_KEYS = Set.of(OwnNetwork.LOSS, "mayDiverge");

  private static final String SAVE_DL4J = "--save-dl4j";

  @Spec private CommandSpec spec;
  @Mixin private DataOptions data;
  @Mixin private OutputOptions output;
  @Mixin private JobOptions jobs;
  @Mixin private ClusterOptions cluster;
  @Mixin private OwnNetwork ownNetwork;
  @Mixin private SideOptions sideOptions;

  @Parameters(
      paramLabel = "EXPERIMENT|FILE.yaml|key=value",
      completionCandidates = CompletionCommand.Experiments.class,
      description =
          "Experiments by name, experiment files, and values that replace theirs"
              + " (default: "
              + Catalogue.DEFAULT
              + ").")
  private List<String> what = new ArrayList<>();

  @Option(names = "--all", description = "Every bundled experiment; the search is lockstep search.")
  private boolean all;

  @Option(names = "--full", description = "All data and steps where the default is a share.")
  private boolean full;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Train for N steps; 0 compares what the first weights predict.")
  private @Nullable Long steps;

  @Option(names = "--epochs", paramLabel = "N", description = "Train for N epochs.")
  private @Nullable Integer epochs;

  @Option(names = "--seed", paramLabel = "S", description = "The seed of every random choice.")
  private @Nullable Long seed;

  @Option(
      names = "--seeds",
      paramLabel = "SEEDS",
      description = "One run for each of these seeds: 1..10, or 1,3,5.")
  private @Nullable String seeds;

  @Option(
      names = "--alignment",
      paramLabel = "aligned|stock",
      description =
          "aligned: DL4J or PyTorch computes the book's formulas; stock: its own"
              + " (default: aligned; with --dl4j-config stock, as the file says).")
  private CompareSettings.@Nullable Alignment alignment;

  @Option(
      names = "--own-draws",
      description =
          "With --alignment stock: each side draws initial values, order and masks for itself;"
              + " statistics over --seeds judge.")
  private boolean ownDraws;

  @Option(
      names = "--precision",
      paramLabel = "double|float",
      description =
          "What the candidate computes in, if it knows both: double or float (default: double, or"
              + " as --dl4j-config says).")
  private @Nullable Precision precision;

  @Option(
      names = "--save-parameters",
      paramLabel = "FILE.npz",
      description = "Write the trained parameters, readable by NumPy and by lockstep predict.")
  private @Nullable Path saved;

  @Option(
      names = SAVE_DL4J,
      paramLabel = "FILE.zip",
      description =
          "Write the network, as the candidate trained it, with its updater's state, for DL4J's"
              + " ModelSerializer: an experiment's as a DL4J user has it, or that of --dl4j-config.")
  private @Nullable Path savedNetwork;

  private @Nullable Dl4jConfiguration own;

  @Option(
      names = "--record",
      paramLabel = "FILE.npz",
      description = "Write down the observed steps of the candidate, for lockstep audit.")
  private @Nullable Path record;

  @Option(
      names = "--record-side",
      paramLabel = "candidate|reference",
      defaultValue = "candidate",
      description = "Whose steps --record writes (default: ${DEFAULT-VALUE}).")
  private RecordedRole recordedRole;

  /** A side that can be recorded. */
  enum RecordedRole {
    CANDIDATE,
    REFERENCE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--observe-every",
      paramLabel = "N",
      description =
          "Observe every N-th step; 0: only the state after the last step"
              + " (default: the first ten, then ever more sparsely).")
  private @Nullable Long observeEvery;

  @Mixin private SelectionOptions selection;

  @Option(names = "--fail-fast", description = "End a run at its first divergence.")
  private boolean failFast;

  @Option(
      names = "--reproduce",
      description =
          "Where the sides differ, write a JUnit 5 test of the one layer on a small batch, which"
              + " fails until the candidate is right.")
  private boolean reproduce;

  @Option(
      names = OutputOptions.LIVE,
      description =
          "Show the runs on a page while they last, at an address of this machine alone that is"
              + " told at the start.")
  private boolean live;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description =
          "Go on with the comparison that was interrupted in this directory; nothing else is"
              + " needed.")
  private @Nullable Path resumed;

  /** Options that decide neither what is run nor how it is judged. */
  private static final Set<String> BESIDES =
      Set.of(
          "--resume",
          "--quiet",
          "--no-color",
          "--verbose",
          "--format",
          JobOptions.JOBS,
          ClusterOptions.MASTER,
          ClusterOptions.SPARK);

  /** Options that say which runs there are, or that have nothing to do with a single one. */
  private static final Set<String> OF_THE_WHOLE =
      Set.of(
          "--all",
          "--full",
          "--seed",
          "--seeds",
          "--output",
          "--resume",
          "--quiet",
          "--no-color",
          "--verbose",
          JobOptions.JOBS,
          ClusterOptions.MASTER,
          ClusterOptions.SPARK);

  /** The network of a file that is the reference, once it has been read. */
  private @Nullable OpenReference open;

  @Override
  public Integer call() {
    if (resumed == null) {
      return run(OutputOptions.arguments(spec));
    }
    List<String> arguments = RunDirectory.arguments(resumed);
    if (isResumedAlone()) {
      return asBegun(arguments, resumed).run(arguments);
    }
    if (output.isElsewhere(resumed)) {
      throw new UsageException("expected either --resume or --output, found both");
    }
    return run(arguments);
  }

  private boolean isResumedAlone() {
    return what.isEmpty()
        && spec.commandLine().getParseResult().matchedOptions().stream()
            .allMatch(option -> BESIDES.contains(option.longestName()));
  }

  /** Returns the command as it was given when the comparison was begun, with what is added now. */
  private CompareCommand asBegun(List<String> arguments, Path directory) {
    List<String> all = new ArrayList<>(OutputOptions.withoutWhere(arguments));
    List<String> added = new ArrayList<>(OutputOptions.arguments(spec));
    added.remove(spec.name());
    all.addAll(added);
    CompareCommand begun = Begun.command(spec, all, CompareCommand.class, directory, "comparison");
    begun.requireHarmless(directory);
    return begun;
  }

  /** A directory may come from anywhere: it must not make this process load or overwrite files. */
  private void requireHarmless(Path directory) {
    if (sideOptions.startsSomething() || saved != null || savedNetwork != null || record != null) {
      throw new UsageException(
          ("--resume %s: it was begun with --candidate, --reference, --classpath, --record,"
                  + " --save-dl4j or --save-parameters, which are not taken from a file: give the whole command"
                  + " again and add --resume")
              .formatted(directory));
    }
  }

  /**
   * @param arguments with which the comparison was begun
   */
  private int run(List<String> arguments) {
    refuseContradictions();
    output.requireFormats("compare", EnumSet.allOf(Format.class));
    requirePlaceFor("--save-parameters", saved);
    requirePlaceFor(SAVE_DL4J, savedNetwork);
    requirePlaceFor("--record", record);
    List<ExperimentFile> files = files();
    CompareSettings settings = settings();
    String command = OutputOptions.command(arguments);
    JobOptions where = sideOptions.runsOneByOne() ? jobs.oneByOne() : jobs;
    CompareSession session =
        new CompareSession(
            spec,
            output,
            where,
            command,
            settings.cadence(),
            cluster.isGiven()
                ? new CompareSession.Elsewhere(cluster, argumentsOfOne(), sideOptions.jars())
                : null,
            live,
            saved,
            this::saveNetwork,
            reproduce);
    PrintWriter err = output.quiet() ? null : spec.commandLine().getErr();
    try (SidesPool sides =
        new SidesPool(
            () ->
                withOpenReference(
                    sideOptions.open(settings.precision(), settings.alignment().id(), err),
                    settings.precision()))) {
      List<CompareSession.Planned> planned = planned(files, command, settings, sides);
      if (record != null) {
        CompareSession.requireOne("--record", planned);
      }
      if (savedNetwork != null) {
        CompareSession.requireOne(SAVE_DL4J, planned);
        writeAsDl4j(planned.get(0), settings);
      }
      return session.run(planned, resumed);
    }
  }

  /** Makes sure, before anything is trained, that there is a network of DL4J's to write. */
  private void writeAsDl4j(CompareSession.Planned planned, CompareSettings settings) {
    if (own == null) {
      NetworkSpec network = Objects.requireNonNull(planned.experiment()).network();
      try {
        own = Dl4jConfiguration.of(network, settings.precision());
      } catch (UsageException e) {
        throw new UsageException(SAVE_DL4J + ": " + e.getMessage(), e);
      }
    }
  }

  private void saveNetwork(Comparer.Compared comparison) {
    if (savedNetwork != null) {
      Objects.requireNonNull(own)
          .save(savedNetwork, Objects.requireNonNull(comparison.candidate()));
    }
  }

  private CompareSettings settings() {
    return new CompareSettings(
        alignment(CompareSettings.Alignment.ALIGNED),
        ownDraws,
        precision == null ? Precision.DOUBLE : precision,
        new Cadence(observeEvery == null ? Cadence.SPARSER : observeEvery),
        selection.selection(),
        failFast,
        length(),
        data.trainSize(),
        data.testSize());
  }

  /** Returns the arguments of a command that carries out one of these runs, but for which. */
  private List<String> argumentsOfOne() {
    List<String> arguments = CommandWorker.words(spec, OF_THE_WHOLE);
    what.stream().filter(CompareCommand::isOverride).forEach(arguments::add);
    return arguments;
  }

  /**
   * Carries out a run that another process planned.
   *
   * @param into an empty directory
   * @throws InputException if this process would come to another result
   */
  void carryOut(CompareWorker.Unit unit, Path into) {
    CompareSettings settings = settings();
    try (SidesPool sides =
        new SidesPool(
            () -> sideOptions.open(settings.precision(), settings.alignment().id(), null))) {
      CompareSession.Planned run =
          sides.lend(first -> planned(unit, settings, first, sides)).stream()
              .filter(planned -> planned.path().equals(unit.path()))
              .findFirst()
              .orElseThrow(() -> new InputException("there is no run " + unit.path()));
      CheckpointFile.difference(withoutHost(unit.identity()), withoutHost(run.identity()))
          .ifPresent(
              difference -> {
                throw new InputException(
                    "%s: another run was planned: %s".formatted(unit.path(), difference));
              });
      run.carryOut(into, output.formats());
    }
  }

  /** Hosts may differ in what they are; the report of each run says on what it was carried out. */
  private static Map<String, String> withoutHost(Map<String, String> identity) {
    Map<String, String> rest = new LinkedHashMap<>(identity);
    rest.keySet().removeIf(name -> name.startsWith("environment"));
    rest.keySet().removeAll(Environment.ofNumbers("").keySet());
    return rest;
  }

  /** One at a time: data are read by the first. */
  private synchronized List<CompareSession.Planned> planned(
      CompareWorker.Unit unit, CompareSettings settings, SideOptions.Sides first, SidesPool sides) {
    return experimentsPlanned(
        List.of(unit.experiment().file()),
        List.of(unit.seed()),
        unit.command(),
        settings,
        first,
        sides);
  }

  /** Says that it starts: data may have to be read, programs to be started. */
  private List<CompareSession.Planned> planned(
      List<ExperimentFile> files, String command, CompareSettings settings, SidesPool sides) {
    Progress starting = Progress.starting("compare", output.quiet());
    try (starting) {
      if (sideOptions.referenceFile() != null) {
        return openPlanned(files, command, settings, sides);
      }
      return ownNetwork.isGiven()
          ? ownNetworkPlanned(files, command, settings, sides)
          : sides.lend(
              first -> experimentsPlanned(files, seedList(), command, settings, first, sides));
    }
  }

  private static void requirePlaceFor(String option, @Nullable Path file) {
    Path directory = file == null ? null : file.toAbsolutePath().getParent();
    if (directory != null && !Files.isWritable(directory)) {
      throw new InputException(
          "%s: expected a directory that can be written, found %s, which is not there or not writable"
              .formatted(option, directory));
    }
  }

  private void refuseContradictions() {
    if (ownNetwork.isGiven() && (sideOptions.hasCandidate() || sideOptions.hasReference())) {
      throw new UsageException(
          "expected either --candidate and --reference or --dl4j-config, found both");
    }
    if (savedNetwork != null && sideOptions.referenceFile() != null) {
      throw new UsageException(
          SAVE_DL4J + ": expected an experiment or --dl4j-config, found --reference dl4j-config");
    }
    if (sideOptions.referenceFile() != null && record != null) {
      throw new UsageException(
          "--record: expected a network of an experiment, found one of a file, which audit cannot"
              + " build");
    }
    if (record != null && (ownDraws || ownNetwork.isGiven() || resumed != null)) {
      throw new UsageException(
          "--record: expected neither --own-draws nor --dl4j-config nor --resume: a recorded run"
              + " is audited from its first step by the experiment");
    }
    if (cluster.isGiven()) {
      refuseWhatStaysHere();
    }
    if (reproduce && (ownDraws || ownNetwork.isGiven())) {
      throw new UsageException(
          "--reproduce: expected neither --own-draws nor --dl4j-config: a test is written of one"
              + " layer of a network that both sides know");
    }
    if (reproduce && sideOptions.isBeyondJava()) {
      throw new UsageException(
          "--reproduce: expected a network in Java against scratch, found a program or another"
              + " reference: a test in Java cannot build it");
    }
    if (reproduce && sideOptions.fault() != null) {
      throw new UsageException(
          "--reproduce: expected a network of your own or DL4J's, found a seeded fault, which a"
              + " test cannot build");
    }
    if (ownDraws
        && (alignment != CompareSettings.Alignment.STOCK
            || sideOptions.hasCandidate()
            || sideOptions.hasReference()
            || ownNetwork.isGiven())) {
      throw new UsageException(
          "--own-draws: expected --alignment stock and no network of your own: where both sides are"
              + " given the same, neither draws");
    }
  }

  /** What cannot be carried out by another host is refused before anything is started. */
  private void refuseWhatStaysHere() {
    if (jobs.isGiven()) {
      throw ClusterOptions.besideJobs();
    }
    if (sideOptions.startsProgram()) {
      throw new UsageException(
          "%s: expected sides that every host of the cluster has, found --candidate-command or --reference-command, a program of this host; use --jobs"
              .formatted(ClusterOptions.MASTER));
    }
    if (ownNetwork.isGiven() || sideOptions.runsOneByOne() || sideOptions.referenceFile() != null) {
      throw new UsageException(
          "%s: expected neither --dl4j-config, a network of a file, nor --in-process, which are for this process; use --jobs"
              .formatted(ClusterOptions.MASTER));
    }
    if (saved != null || reproduce || record != null) {
      throw new UsageException(
          "%s: expected neither --save-parameters nor --reproduce nor --record, which are for one run"
              .formatted(ClusterOptions.MASTER));
    }
    sideOptions.jars();
  }

  /** Drawings need no data, and have no seeds to run with. */
  private List<CompareSession.Planned> experimentsPlanned(
      List<ExperimentFile> files,
      List<Long> seeds,
      String command,
      CompareSettings settings,
      SideOptions.Sides first,
      SidesPool sides) {
    Fault fault = sideOptions.fault();
    List<CompareSession.Planned> planned = new ArrayList<>();
    DrawingComparer drawings = new DrawingComparer(command);
    IdentityHashMap<Dataset, Comparer> comparers = new IdentityHashMap<>();
    Map<String, YamlValue> overrides = overrides();
    for (ExperimentFile file : files) {
      if (DrawingComparer.isDrawing(file)) {
        planned.add(CompareSession.Planned.of(file.with(overrides), drawings));
        continue;
      }
      List<Experiment> experiments = file.experiments(overrides);
      if (fault != null) {
        experiments.forEach(experiment -> fault.requireFit(experiment.network()));
      }
      for (Experiment experiment : experiments) {
        if (sideOptions.hasCandidate() || sideOptions.hasReference()) {
          first.requireParts(experiment.network());
        }
        Comparer comparer =
            comparers.computeIfAbsent(
                data.load(experiment.data(), spec.commandLine().getErr()),
                dataset ->
                    new Comparer(
                        dataset,
                        settings,
                        command,
                        first.reference(),
                        first.candidate(),
                        sideOptions.candidateCode(),
                        record == null
                            ? null
                            : new Comparer.Recorded(
                                record, recordedRole == RecordedRole.REFERENCE)));
        planned.addAll(withSeeds(file, experiment, seeds, comparer, sides));
      }
    }
    return planned;
  }

  /** A user's own network has no variants: it is trained as one experiment is. */
  private List<CompareSession.Planned> ownNetworkPlanned(
      List<ExperimentFile> files, String command, CompareSettings settings, SidesPool sides) {
    Experiment first = firstTraining("--dl4j-config", files);
    PrintWriter err = spec.commandLine().getErr();
    Dataset dataset = data.load(first.data(), err);
    Experiment as = trainedAs(first, settings, dataset);
    Dl4jConfiguration read =
        ownNetwork.read(trainedOn(as, dataset), dataset, data.arguments(), as.mayDiverge());
    own = read;
    Experiment trained = ownNetwork.in(as, read.network());
    err.println("NOTICE: " + trained.shows());
    if (read.saved() != null) {
      err.printf(
          "NOTICE: it starts from the weights and the updater's state in the file, after %s%n",
          Numbers.counted(read.saved().step(), "step"));
    }
    Comparer comparer =
        new Comparer(dataset, forOwn(settings, read), command, null)
            .from(read.saved(), ownNetwork.file());
    return withSeeds(files.get(0), trained, seedList(), comparer, sides);
  }

  /** Returns the experiment in whose place the network of a file is trained. */
  private Experiment firstTraining(String option, List<ExperimentFile> files) {
    List<Experiment> experiments = new ArrayList<>();
    files.forEach(file -> experiments.addAll(file.experiments(overrides())));
    OwnNetwork.requireTrainingOnly(option, experiments, overrides().keySet(), OWN_KEYS);
    return experiments.get(0);
  }

  private TrainedOn trainedOn(Experiment as, Dataset dataset) {
    return TrainedOn.of(as, dataset.train(), OwnNetwork.givenLoss(as, overrides().keySet()));
  }

  private Experiment trainedAs(Experiment first, CompareSettings settings, Dataset dataset) {
    Experiment trained = settings.applyTo(first);
    return overrides().containsKey("training.batchSize")
        ? trained
        : OwnNetwork.inBatchesOf(trained, dataset.train().size());
  }

  /** Deeplearning4j trains the network of a file, and a second one unless there is a candidate. */
  private List<CompareSession.Planned> openPlanned(
      List<ExperimentFile> files, String command, CompareSettings settings, SidesPool sides) {
    Experiment first = firstTraining("--reference " + ReferenceOptions.FILE, files);
    PrintWriter err = spec.commandLine().getErr();
    Path file = Objects.requireNonNull(sideOptions.referenceFile());
    Dataset dataset = data.load(first.data(), err);
    Experiment as = trainedAs(first, settings, dataset);
    OpenReference opened =
        OpenReference.read(file, dataset, trainedOn(as, dataset), as.mayDiverge());
    open = opened;
    Experiment trained = OwnNetwork.in(as, file, opened.network(), opened.notice());
    err.println("NOTICE: " + trained.shows());
    return sides.lend(
        lent ->
            withSeeds(
                files.get(0),
                trained,
                seedList(),
                new Comparer(
                    opened.dataset(),
                    settings,
                    command,
                    lent.reference(),
                    lent.candidate(),
                    opened.digest() + sideOptions.candidateCode(),
                    null),
                sides));
  }

  private SideOptions.Sides withOpenReference(SideOptions.Sides sides, Precision candidates) {
    OpenReference opened = open;
    return opened == null
        ? sides
        : new SideOptions.Sides(
            opened.providers().apply(Precision.DOUBLE),
            sides.candidate() == null ? opened.providers().apply(candidates) : sides.candidate(),
            sides.programs());
  }

  private List<CompareSession.Planned> withSeeds(
      ExperimentFile file,
      Experiment experiment,
      List<Long> given,
      Comparer comparer,
      SidesPool sides) {
    return (given.isEmpty() ? List.of(experiment.seed()) : given)
        .stream()
            .map(s -> CompareSession.Planned.of(file, experiment, s, comparer, sides))
            .toList();
  }

  private CompareSettings.Alignment alignment(CompareSettings.Alignment otherwise) {
    return alignment == null ? otherwise : alignment;
  }

  /** What the file says, unless the command line says otherwise. */
  private CompareSettings forOwn(CompareSettings settings, Dl4jConfiguration own) {
    CompareSettings.Alignment chosen = alignment(CompareSettings.Alignment.STOCK);
    return settings.withCandidate(
        chosen, chosen.leaves(own.conventions()), precision == null ? own.precision() : precision);
  }

  private static boolean isOverride(String word) {
    return word.contains("=") && !word.endsWith(".yaml");
  }

  private Map<String, YamlValue> overrides() {
    Map<String, YamlValue> overrides = new LinkedHashMap<>();
    what.stream()
        .filter(CompareCommand::isOverride)
        .map(Overrides::parse)
        .forEach(override -> overrides.put(override.getKey(), override.getValue()));
    return overrides;
  }

  private List<ExperimentFile> files() {
    List<String> names = new ArrayList<>(what);
    names.removeIf(CompareCommand::isOverride);
    if (all && !names.isEmpty()) {
      throw new UsageException("expected either --all or names of experiments, found both");
    }
    if (all) {
      names.addAll(Catalogue.ids());
      spec.commandLine()
          .getErr()
          .println("hyperparameters: one candidate of the search, which 'lockstep search' runs");
    } else if (names.isEmpty()) {
      names.add(Catalogue.DEFAULT);
    }
    List<ExperimentFile> files = new ArrayList<>();
    for (ExperimentFile file :
        Catalogue.findAll(
            names, notice -> spec.commandLine().getErr().println("NOTICE: " + notice))) {
      files.add(full ? file.full() : file);
    }
    return files;
  }

  private List<Long> seedList() {
    if (seeds == null) {
      return seed == null ? List.of() : List.of(seed);
    }
    if (seed != null) {
      throw new UsageException("expected either --seed or --seeds, found both");
    }
    return Seeds.parse(seeds);
  }

  private TrainingSpec.@Nullable Length length() {
    if (steps != null && epochs != null) {
      throw new UsageException("expected either --steps or --epochs, found both");
    }
    if ((steps != null && steps < 0) || (epochs != null && epochs < 1)) {
      throw new UsageException(
          "expected --epochs of at least 1, or --steps of at least 0, which compares predictions alone");
    }
    if (steps != null) {
      return new TrainingSpec.Length.Steps(steps);
    }
    return epochs == null ? null : new TrainingSpec.Length.Epochs(epochs);
  }
}
