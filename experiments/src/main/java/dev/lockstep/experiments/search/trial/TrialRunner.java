package dev.lockstep.experiments.search.trial;

import dev.lockstep.core.LockstepException;
import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.dl4j.model.Dl4jProvider;
import dev.lockstep.experiments.compare.CompareSettings;
import dev.lockstep.experiments.compare.Comparer;
import dev.lockstep.experiments.search.space.SearchSpace;
import dev.lockstep.experiments.search.strategy.InOrder.Proposal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Trains a candidate on both sides in lockstep, unobserved but for the state that the last step
 * leaves. Whatever goes wrong with a candidate is its own failure, not the search's.
 */
public final class TrialRunner implements Trainer {

  private static final String HOPELESS =
      "worse on both sides than the median of earlier trials at this point";

  private final SearchSpace space;
  private final SearchSettings settings;
  private final Dataset dataset;
  private final Comparing comparing;

  /**
   * @param dataset of which the test images are not used
   * @param comparing on which sides
   */
  public TrialRunner(
      SearchSpace space, SearchSettings settings, Dataset dataset, Comparing comparing) {
    this.space = space;
    this.settings = settings;
    this.dataset = dataset;
    this.comparing = comparing;
  }

  /**
   * Returns what {@code compare} trains a candidate from, beside its values; null if they are
   * enough, or if they make no network: then {@link #run} says why.
   */
  public @Nullable String configuration(Proposal proposal) {
    try {
      return proposal.failure() == null ? space.configuration(proposal.values()) : null;
    } catch (RuntimeException | LinkageError | OutOfMemoryError | StackOverflowError e) {
      return null;
    }
  }

  @Override
  public Trial run(int number, Proposal proposal, List<Trial> earlier) {
    List<Trial.Run> runs = new ArrayList<>();
    if (proposal.failure() != null) {
      return failed(number, proposal, proposal.failure(), runs);
    }
    try {
      for (long seed : settings.seeds()) {
        MedianStopping stopping = new MedianStopping(earlier);
        Trial.Run run = train(proposal.values(), seed, stopping);
        runs.add(run);
        String failure = failure(run);
        if (failure != null) {
          return failed(number, proposal, failure, runs);
        }
        if (stopping.stops()) {
          return new Trial(number, Trial.State.STOPPED, HOPELESS, proposal.values(), runs);
        }
      }
      return new Trial(number, Trial.State.COMPLETED, "", proposal.values(), runs);
    } catch (LockstepException e) {
      return failed(number, proposal, e.getMessage(), runs);
    } catch (RuntimeException | LinkageError | OutOfMemoryError | StackOverflowError e) {
      return failed(number, proposal, e.toString(), runs);
    }
  }

  private static Trial failed(int number, Proposal proposal, String why, List<Trial.Run> runs) {
    return new Trial(number, Trial.State.FAILED, why, proposal.values(), runs);
  }

  private Trial.Run train(Map<String, String> values, long seed, LockstepListener listener) {
    SearchSpace.Candidate candidate = space.candidate(values, settings.trained(dataset));
    Experiment experiment = candidate.experiment().thatMayDiverge();
    HeldOut images = HeldOut.of(dataset, experiment, settings.trainSize(), space.validation());
    Dataset scored = dataset.withSplits(images.train(), images.validation());
    CompareSettings bare =
        new CompareSettings(
            settings.alignment(),
            false,
            settings.precision(),
            new Cadence(0),
            Selection.ALL,
            false,
            null,
            null,
            images.validation().size());
    Dl4jProvider other =
        new Dl4jProvider(
            settings.precision(), settings.alignment().leaves(candidate.conventions()), 0);
    RunResult result =
        comparing.run(new Comparer(scored, bare, "", other), experiment, seed, listener);
    if (settings.alignment() == CompareSettings.Alignment.ALIGNED && !isSettled(result)) {
      result = observed(result, scored, bare, other, experiment, seed);
    }
    Failure difference = result.failure();
    return new Trial.Run(
        seed,
        result.experiment().steps(),
        experiment.training().steps(images.train().size()),
        result.side("reference").trainLoss(),
        result.side("candidate").trainLoss(),
        result.verdict(),
        difference == null ? null : difference.message(),
        result.curves().accuracy());
  }

  private static boolean isSettled(RunResult result) {
    return result.verdict() == Verdict.AGREE || result.verdict() == Verdict.DIVERGED_ALIKE;
  }

  /**
   * Trains once more as {@code compare} does, which looks on the way and so knows from where on
   * rounding has grown too large to judge the two trainings by: what it says is what counts.
   */
  private RunResult observed(
      RunResult bare,
      Dataset scored,
      CompareSettings settings,
      Dl4jProvider other,
      Experiment experiment,
      long seed) {
    CompareSettings looking =
        new CompareSettings(
            settings.alignment(),
            settings.conventions(),
            settings.ownDraws(),
            settings.precision(),
            new Cadence(Cadence.SPARSER),
            settings.selection(),
            settings.failFast(),
            new TrainingSpec.Length.Steps(bare.experiment().steps()),
            settings.trainSize(),
            settings.testSize());
    return comparing.run(
        new Comparer(scored, looking, "", other), experiment, seed, LockstepListener.NONE);
  }

  /** Returns why a training counts as failed, null if it does not. */
  private static @Nullable String failure(Trial.Run run) {
    boolean reference = Double.isFinite(run.referenceLoss());
    boolean other = Double.isFinite(run.candidateLoss());
    if (!reference || !other) {
      String where =
          reference ? "the candidate's side" : other ? "the reference's side" : "both sides";
      return "the loss was not finite at step %d on %s".formatted(run.steps(), where);
    }
    return run.verdict() == Verdict.DIVERGED_ALIKE
        ? "what the last step left was not finite on both sides"
        : null;
  }
}
