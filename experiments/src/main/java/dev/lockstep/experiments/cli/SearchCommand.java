package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.yaml.Overrides;
import dev.lockstep.core.yaml.YamlValue;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.catalogue.Catalogue;
import dev.lockstep.experiments.compare.CompareSettings.Alignment;
import dev.lockstep.experiments.faults.seeded.Fault;
import dev.lockstep.experiments.search.arbiter.ArbiterSpace;
import dev.lockstep.experiments.search.space.ExperimentSpace;
import dev.lockstep.experiments.search.space.SearchSpace;
import dev.lockstep.experiments.search.space.Spaces;
import dev.lockstep.experiments.search.strategy.Strategy;
import dev.lockstep.experiments.search.trial.Comparing;
import dev.lockstep.experiments.search.trial.SearchSettings;
import dev.lockstep.experiments.search.trial.Trainer;
import dev.lockstep.experiments.search.trial.TrialRunner;
import dev.lockstep.report.Format;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep search}: the same candidates on both sides. */
@Command(
    name = "search",
    description = {
      "Trains many candidates on both sides and says which are good, and whether that depends on"
          + " the implementation.",
      "Scores are taken on held-out training images; the finalist alone is tested."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lockstep search",
      "  lockstep search my-space.yaml --strategy genetic --output runs/shape",
      "  lockstep search --arbiter-space space.json training.epochs=5",
      "  lockstep search --candidate-command \"python3 my_net.py\" --max-trials 10",
      "  lockstep search --resume runs/shape"
    })
final class SearchCommand implements Callable<Integer> {

  private static final String ARBITER_SPACE = "--arbiter-space";
  private static final Pattern TIME = Pattern.compile("(\\d{1,6})(s|m|h)");

  /** A search is no list of tests and no page of documentation. */
  private static final Set<Format> FORMATS =
      EnumSet.of(Format.TEXT, Format.JSON, Format.CSV, Format.HTML);

  private static final Set<String> BESIDES_RESUME =
      Set.of("--resume", JobOptions.JOBS, ClusterOptions.MASTER, ClusterOptions.SPARK, "--quiet");

  /** Options that have nothing to do with how a single candidate is trained. */
  private static final Set<String> OF_THE_WHOLE =
      Set.of(
          "--output",
          "--format",
          "--quiet",
          "--no-color",
          "--verbose",
          "--max-trials",
          "--max-time",
          "--steps",
          "--strategy",
          "--resume",
          JobOptions.JOBS,
          ClusterOptions.MASTER,
          ClusterOptions.SPARK);

  @Spec private CommandSpec spec;
  @Mixin private DataOptions data;
  @Mixin private OutputOptions output;
  @Mixin private JobOptions jobs;
  @Mixin private ClusterOptions cluster;
  @Mixin private SideOptions sideOptions;

  @Parameters(
      paramLabel = "SPACE|SPACE.yaml|key=value",
      completionCandidates = CompletionCommand.Searches.class,
      description =
          "A search by name, or a space file; with --arbiter-space an experiment, or its file; and"
              + " values that replace the experiment's for all candidates (default: "
              + Spaces.DEFAULT
              + ").")
  private List<String> what = new ArrayList<>();

  @Option(
      names = ARBITER_SPACE,
      paramLabel = "FILE.json",
      description =
          "Search what Arbiter's toJson() wrote to this file: a MultiLayerSpace, a"
              + " ComputationGraphSpace or a whole OptimizationConfiguration; batches, length and"
              + " sizes are the experiment's.")
  private @Nullable Path arbiterSpace;

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      description = "One of: ${COMPLETION-CANDIDATES} (default: the file's, else random).")
  private @Nullable Strategy strategy;

  @Option(
      names = "--max-trials",
      paramLabel = "N",
      description = "Try at most N candidates (default: the file's).")
  private @Nullable Integer trials;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Train each candidate for N steps (default: as long as the experiment says).")
  private @Nullable Long steps;

  @Option(
      names = "--max-time",
      paramLabel = "TIME",
      description = "Begin no candidate after 90s, 15m or 2h: then two searches may differ.")
  private @Nullable String time;

  @Option(
      names = "--repeats",
      paramLabel = "R",
      defaultValue = "1",
      description = "Train each candidate with R seeds; its score is their mean.")
  private int repeats;

  @Option(
      names = "--early-stopping",
      description = "Give up candidates below the median of those in earlier blocks.")
  private boolean earlyStopping;

  @Option(names = "--seed", paramLabel = "S", description = "The seed of every random choice.")
  private @Nullable Long seed;

  @Option(
      names = "--alignment",
      paramLabel = "aligned|stock",
      description =
          "aligned: DL4J computes the book's formulas; stock: its own"
              + " (default: aligned; with --arbiter-space stock, as the file says).")
  private @Nullable Alignment alignment;

  @Option(
      names = "--precision",
      paramLabel = "double|float",
      defaultValue = "double",
      description = "What the candidate computes in, if it knows both: double or float.")
  private Precision precision;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description =
          "Go on with the search that was interrupted there; where its candidates are trained and -q may"
              + " differ. With a candidate of your own: the whole command again, and this.")
  private @Nullable Path resumed;

  @Override
  public Integer call() {
    List<String> arguments = arguments();
    Path directory = resumed;
    if (directory == null) {
      SearchSpace space = space();
      return withSession(
          space, arguments, session -> session.begin(output.directory("search-" + space.id())));
    }
    List<String> original = OutputOptions.withoutWhere(SearchSession.argumentsOf(directory));
    if (sideOptions.startsSomething()
        && OutputOptions.withoutResume(OutputOptions.withoutWhere(arguments)).equals(original)) {
      return withSession(space(), original, session -> session.resume(directory, output.quiet()));
    }
    if (!BESIDES_RESUME.containsAll(given())) {
      throw new UsageException(
          "--resume: expected nothing beside it but --jobs, --master, --spark and -q, found more; the search goes on as"
              + " it began");
    }
    SearchCommand command = asBegun(original, directory);
    if (command.sideOptions.startsSomething()) {
      throw new UsageException(
          ("--resume %s: it was begun with --candidate, --reference or --classpath, which are not taken from a file:"
                  + " give the whole command again and add --resume")
              .formatted(directory));
    }
    command.jobs = jobs;
    command.cluster = cluster;
    return command.withSession(
        command.space(), original, session -> session.resume(directory, output.quiet()));
  }

  /** Returns the command as it was given when the search was begun. */
  private SearchCommand asBegun(List<String> arguments, Path directory) {
    List<String> all = new ArrayList<>(List.of(spec.name()));
    all.addAll(arguments);
    return Begun.command(spec, all, SearchCommand.class, directory, "search");
  }

  /** Returns the options that were given, and the words beside them. */
  private Set<String> given() {
    Set<String> given = new HashSet<>(what);
    spec.commandLine()
        .getParseResult()
        .matchedOptions()
        .forEach(option -> given.add(option.longestName()));
    return given;
  }

  /** Returns the words after {@code search}. */
  private List<String> arguments() {
    List<String> all = spec.root().commandLine().getParseResult().originalArgs();
    return all.subList(all.indexOf("search") + 1, all.size());
  }

  /** Does something with a session, whose programs end with it. */
  private int withSession(
      SearchSpace space, List<String> arguments, ToIntFunction<SearchSession> use) {
    PrintWriter err = output.quiet() ? null : spec.commandLine().getErr();
    Alignment formulas = settings(space).alignment();
    try (SidesPool sides = new SidesPool(() -> sideOptions.open(precision, formulas.id(), err))) {
      return use.applyAsInt(session(space, arguments, sides));
    }
  }

  private SearchSession session(SearchSpace space, List<String> arguments, SidesPool sides) {
    output.requireFormats("search", FORMATS);
    List<String> elsewhere = cluster.isGiven() ? argumentsOfOne() : List.of();
    if (sideOptions.runsOneByOne()) {
      jobs = jobs.oneByOne();
    }
    SearchSettings settings = settings(space);
    Experiment trained = space.requireFit();
    Map<String, String> names = sides(trained, sides);
    PrintWriter err = spec.commandLine().getErr();
    space.notices().forEach(notice -> err.println("NOTICE: " + notice));
    Dataset dataset = data.load(trained.data(), err);
    TrialRunner trials = new TrialRunner(space, settings, dataset, Comparing.AS_IT_IS);
    space.requireOne(
        values -> {
          Experiment first = trials.requireFit(values);
          if (!names.isEmpty()) {
            sides.lend(lent -> lent.requireParts(first.network()));
          }
        });
    Map<String, String> values = new LinkedHashMap<>();
    overrides()
        .forEach(
            (key, value) -> {
              if (!space.ranges().containsKey(key)) {
                values.put(key, value.flow());
              }
            });
    List<String> shared = new ArrayList<>(data.arguments());
    shared.addAll(sideOptions.arguments());
    return new SearchSession(
        spec,
        output,
        arguments,
        space,
        settings,
        dataset,
        values,
        shared,
        names,
        names.isEmpty()
            ? Comparing.AS_IT_IS
            : (comparer, experiment, seed, listener) ->
                sides.lend(
                    lent ->
                        comparer
                            .with(lent.reference(), lent.candidate())
                            .run(experiment, seed, listener)
                            .result()),
        elsewhere.isEmpty() ? null : new SearchSession.Elsewhere(cluster, elsewhere));
  }

  /**
   * Returns what tells the sides from others; nothing for those of a bundled search.
   *
   * @throws UsageException if they cannot be had, or cannot train what is searched
   */
  private Map<String, String> sides(Experiment trained, SidesPool sides) {
    if (!sideOptions.hasCandidate() && !sideOptions.hasReference()) {
      return Map.of();
    }
    if (arbiterSpace != null || sideOptions.referenceFile() != null) {
      throw new UsageException(
          "expected a space file, whose candidates every side knows, found a network of Deeplearning4j's;"
              + " leave --candidate and --reference out");
    }
    Fault fault = sideOptions.fault();
    if (fault != null) {
      fault.requireFit(trained.network());
    }
    return sides.lend(
        lent -> {
          Map<String, String> names = new LinkedHashMap<>();
          names.put("reference", name(lent.reference(), "scratch"));
          names.put("candidate", name(lent.candidate(), "Deeplearning4j"));
          names.put("candidate's code", sideOptions.candidateCode());
          return names;
        });
  }

  private static String name(@Nullable ModelProvider side, String otherwise) {
    return side == null ? otherwise : side.name();
  }

  /**
   * Returns the arguments of a command that trains one of the candidates, but for which.
   *
   * @throws UsageException if a cluster cannot
   */
  private List<String> argumentsOfOne() {
    if (jobs.isGiven()) {
      throw ClusterOptions.besideJobs();
    }
    if (arbiterSpace != null) {
      throw new UsageException(
          "%s: expected a space file, found %s, whose networks are made in this process; use --jobs"
              .formatted(ClusterOptions.MASTER, ARBITER_SPACE));
    }
    if (sideOptions.startsSomething()) {
      throw new UsageException(
          "%s: expected Deeplearning4j as the candidate and scratch as the reference, found others; use --jobs"
              .formatted(ClusterOptions.MASTER));
    }
    return CommandWorker.words(spec, OF_THE_WHOLE);
  }

  /**
   * Returns what trains a candidate that another process chose.
   *
   * @throws InputException if this process has other data
   */
  synchronized Trainer trainer(SearchWorker.Unit unit) {
    ExperimentSpace space = unit.space();
    Experiment trained = space.experiment(unit.values());
    Dataset dataset = data.load(trained.data(), spec.commandLine().getErr());
    if (!dataset.sha256().equals(unit.sha256())) {
      throw new InputException(
          "expected the data set that the search began with, of SHA-256 %s, found %s of %s"
              .formatted(unit.sha256(), dataset.name(), dataset.sha256()));
    }
    return new TrialRunner(space, settings(space), dataset, Comparing.AS_IT_IS);
  }

  private SearchSpace space() {
    List<String> names = what.stream().filter(word -> !isOverride(word)).toList();
    if (names.size() > 1) {
      throw new UsageException("expected one search, found " + names);
    }
    String name = names.isEmpty() ? Spaces.DEFAULT : names.get(0);
    return arbiterSpace == null
        ? Spaces.find(name).with(overrides())
        : arbiterSpace(arbiterSpace, name);
  }

  /**
   * @param name of the experiment that the networks are trained as
   */
  private ArbiterSpace arbiterSpace(Path file, String name) {
    if (Spaces.isSpace(name)) {
      throw new UsageException(
          ARBITER_SPACE
              + ": expected an experiment to train the networks as, found the search "
              + name
              + "; leave one of the two out");
    }
    Map<String, YamlValue> overrides = overrides();
    ExperimentFile settings = Catalogue.find(name).with(overrides);
    List<Experiment> experiments = settings.experiments(Map.of());
    OwnNetwork.requireTrainingOnly(
        ARBITER_SPACE, experiments, overrides.keySet(), Set.of(OwnNetwork.LOSS));
    String shows =
        "the networks of " + file.getFileName() + OwnNetwork.trainedAs(experiments.get(0));
    LossSpec loss = OwnNetwork.givenLoss(experiments.get(0), overrides.keySet());
    return ArbiterSpace.read(file, shows, name, settings, loss, precision);
  }

  private Map<String, YamlValue> overrides() {
    Map<String, YamlValue> overrides = new LinkedHashMap<>();
    for (String word : what) {
      if (isOverride(word)) {
        var override = Overrides.parse(word);
        overrides.put(override.getKey(), override.getValue());
      }
    }
    if (steps != null) {
      var length = Overrides.parse("training.steps=" + steps);
      overrides.put(length.getKey(), length.getValue());
    }
    return overrides;
  }

  private static boolean isOverride(String word) {
    return word.contains("=") && !word.endsWith(".yaml");
  }

  private SearchSettings settings(SearchSpace space) {
    SearchSpace.Wishes wishes = space.wishes();
    return new SearchSettings(
        strategy(wishes),
        firstOf(seed, wishes.seed(), 1L),
        atLeastOne("--repeats", repeats),
        cluster.isGiven() ? Strategy.BLOCK : jobs.count(),
        atLeastOne("--max-trials", firstOf(trials, wishes.trials(), Spaces.TRIALS)),
        time == null ? wishes.time() : duration(time),
        earlyStopping,
        alignment != null ? alignment : arbiterSpace == null ? Alignment.ALIGNED : Alignment.STOCK,
        precision,
        data.trainSize(),
        data.testSize());
  }

  private Strategy strategy(SearchSpace.Wishes wishes) {
    String wished = wishes.strategy();
    return firstOf(
        strategy,
        wished == null ? null : Strategy.valueOf(wished.toUpperCase(Locale.ROOT)),
        Strategy.RANDOM);
  }

  private static <T> T firstOf(@Nullable T said, @Nullable T wished, T otherwise) {
    return said != null ? said : wished != null ? wished : otherwise;
  }

  private static int atLeastOne(String option, int value) {
    if (value < 1) {
      throw new UsageException(option + ": expected at least 1, found " + value);
    }
    return value;
  }

  private static Duration duration(String text) {
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches()) {
      throw new UsageException("--max-time: expected such as 90s, 15m or 2h, found '" + text + "'");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }
}
