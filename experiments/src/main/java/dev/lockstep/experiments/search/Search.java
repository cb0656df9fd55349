package dev.lockstep.experiments.search;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.experiments.search.space.SearchSpace;
import dev.lockstep.experiments.search.strategy.InOrder;
import dev.lockstep.experiments.search.strategy.InOrder.Proposal;
import dev.lockstep.experiments.search.strategy.Strategy;
import dev.lockstep.experiments.search.strategy.ValidationAccuracy;
import dev.lockstep.experiments.search.trial.Comparing;
import dev.lockstep.experiments.search.trial.SearchSettings;
import dev.lockstep.experiments.search.trial.Trainer;
import dev.lockstep.experiments.search.trial.Trial;
import dev.lockstep.experiments.search.trial.TrialRunner;
import dev.lockstep.experiments.search.trial.Trials;
import dev.lockstep.experiments.search.trial.Trials.Kept;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.TaskCreator;
import org.deeplearning4j.arbiter.optimize.api.data.DataProvider;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.optimize.api.saving.InMemoryResultSaver;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.arbiter.optimize.api.termination.TerminationCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.runner.CandidateInfo;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.deeplearning4j.arbiter.optimize.runner.IOptimizationRunner;
import org.deeplearning4j.arbiter.optimize.runner.LocalOptimizationRunner;
import org.deeplearning4j.arbiter.optimize.runner.listener.StatusListener;
import org.jspecify.annotations.Nullable;

/**
 * Runs a search by Arbiter's runner, with everything that makes it end, repeat and survive around
 * it: candidates in order, failures as results, finished trials on disk.
 */
public final class Search {

  private final SearchSettings settings;
  private final Trials trials;
  private final TrialRunner runner;
  private final Trainer trainer;
  private final CandidateGenerator generator;
  private final Consumer<Kept> listener;
  private final AtomicReference<@Nullable RuntimeException> broken = new AtomicReference<>();

  /**
   * @param comparing on which sides candidates are trained
   * @param trials where finished ones are kept, and those of an interrupted search found again
   * @param elsewhere has candidates trained by other processes, beside what trains them in this one
   * @param listener told of every trial as it finishes, by several threads in turn
   */
  public Search(
      SearchSpace space,
      SearchSettings settings,
      Dataset dataset,
      Comparing comparing,
      Trials trials,
      UnaryOperator<Trainer> elsewhere,
      Consumer<Kept> listener) {
    this(
        settings,
        trials,
        new TrialRunner(space, settings, dataset, comparing),
        elsewhere,
        settings.strategy().generator(space.ranges(), settings.seed()),
        listener);
  }

  Search(
      SearchSettings settings,
      Trials trials,
      TrialRunner runner,
      UnaryOperator<Trainer> elsewhere,
      CandidateGenerator generator,
      Consumer<Kept> listener) {
    this.settings = settings;
    this.trials = trials;
    this.runner = runner;
    this.trainer = elsewhere.apply(runner);
    this.generator = generator;
    this.listener = listener;
  }

  /**
   * Runs to the end.
   *
   * @return why it ended
   * @throws InputException if trials cannot be kept, or are another search's
   */
  public String run() {
    long start = System.nanoTime();
    InOrder candidates =
        new InOrder(
            generator,
            settings.trials(),
            index -> trials.isFinished(index + 1),
            index -> trials.score(index + 1),
            () -> stop(start));
    OptimizationConfiguration configuration =
        new OptimizationConfiguration.Builder()
            .candidateGenerator(candidates)
            .dataSource(NoData.class, new Properties())
            .modelSaver(new InMemoryResultSaver())
            .scoreFunction(new ValidationAccuracy())
            .terminationConditions(new Ended(candidates))
            .build();
    new LocalOptimizationRunner(settings.jobs(), configuration, new Tasks()).execute();
    RuntimeException failure = broken.get();
    if (failure != null) {
      throw failure;
    }
    return Objects.requireNonNull(candidates.ending());
  }

  private @Nullable String stop(long start) {
    if (broken.get() != null) {
      return "trials cannot be kept";
    }
    boolean late =
        settings.time() != null && System.nanoTime() - start >= settings.time().toNanos();
    return late ? "the time was up; another machine would have come to another trial" : null;
  }

  /** Trains a candidate, or finds its trial, and keeps it. */
  private void tryOut(int number, Proposal proposal) {
    try {
      Kept known = trials.kept(number, proposal.values());
      Kept trial = known == null ? train(number, proposal) : known;
      trials.finish(trial);
      listener.accept(trial);
    } catch (RuntimeException e) {
      broken.compareAndSet(null, e);
    }
  }

  private Kept train(int number, Proposal proposal) {
    long start = System.nanoTime();
    String configuration = runner.configuration(proposal);
    if (configuration != null) {
      trials.keepConfiguration(number, configuration);
    }
    Trial trial = trainer.run(number, proposal, earlier(number));
    return new Kept(trial, (System.nanoTime() - start) / 1e9);
  }

  /**
   * Returns the completed trials of the blocks before a trial's own; none without early stopping.
   */
  private List<Trial> earlier(int number) {
    int before = (number - 1) / Strategy.BLOCK * Strategy.BLOCK;
    return settings.earlyStopping()
        ? trials.all().stream()
            .map(Kept::trial)
            .filter(t -> t.number() <= before && t.state() == Trial.State.COMPLETED)
            .toList()
        : List.of();
  }

  /** The search is over when no candidate is left and none is being trained. */
  private record Ended(InOrder candidates) implements TerminationCondition {
    @Override
    public void initialize(IOptimizationRunner runner) {}

    @Override
    public boolean terminate(IOptimizationRunner runner) {
      return runner.numCandidatesQueued() == 0
          && !candidates.hasMoreCandidates()
          && candidates.ending() != null;
    }
  }

  /** Arbiter wants a source of data; a trial has its own. */
  public static final class NoData implements DataSource {
    private static final long serialVersionUID = 1L;

    @Override
    public void configure(Properties properties) {}

    @Override
    public Object trainData() {
      throw new UnsupportedOperationException("a trial has its own data");
    }

    @Override
    public Object testData() {
      throw new UnsupportedOperationException("a trial has its own data");
    }

    @Override
    public Class<?> getDataType() {
      return Dataset.class;
    }
  }

  /** Makes a task of a candidate, which always comes to a result. */
  @SuppressWarnings({"rawtypes", "deprecation"}) // Arbiter's interface
  private final class Tasks implements TaskCreator {
    @Override
    public Callable<OptimizationResult> create(
        Candidate candidate,
        DataProvider data,
        ScoreFunction score,
        List<StatusListener> listeners,
        IOptimizationRunner runner) {
      return task(candidate);
    }

    @Override
    public Callable<OptimizationResult> create(
        Candidate candidate,
        Class<? extends DataSource> source,
        Properties properties,
        ScoreFunction score,
        List<StatusListener> listeners,
        IOptimizationRunner runner) {
      return task(candidate);
    }

    private Callable<OptimizationResult> task(Candidate candidate) {
      int index = candidate.getIndex();
      return () -> {
        tryOut(index + 1, (Proposal) candidate.getValue());
        CandidateInfo status = new CandidateInfo();
        status.setIndex(index);
        status.setCandidateStatus(CandidateStatus.Complete);
        return new OptimizationResult(
            candidate, trials.score(index + 1), index, null, status, null);
      };
    }
  }
}
