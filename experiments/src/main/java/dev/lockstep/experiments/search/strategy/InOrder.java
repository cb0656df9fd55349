package dev.lockstep.experiments.search.strategy;

import dev.lockstep.core.wording.Reasons;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.jspecify.annotations.Nullable;

/**
 * Makes candidate generation deterministic: candidate k is the same whatever the number of workers
 * and the order in which they finish. Candidates come in blocks; a block begins when the previous
 * one has finished, and its results are passed on in the order of the candidates. Arbiter's runner
 * alone passes them on as they come, does not report failed ones, begins more than the maximum, and
 * never ends if its generator has no more candidates or fails.
 *
 * <p>Used by the runner's thread alone.
 */
@SuppressWarnings({"rawtypes", "unchecked"}) // Arbiter's interface
public final class InOrder implements CandidateGenerator {

  private final CandidateGenerator generator;
  private final int most;
  private final IntPredicate finished;
  private final IntFunction<Double> scores;
  private final Supplier<@Nullable String> stop;
  private final List<Candidate> block = new ArrayList<>();
  private int next;
  private @Nullable String ending;

  /**
   * @param most candidates that there will be
   * @param finished whether the trial of a candidate, counted from 0, has finished
   * @param scores of finished trials; {@link ValidationAccuracy#WORST} for those that failed
   * @param stop why no further candidate may begin, null if one may
   */
  public InOrder(
      CandidateGenerator generator,
      int most,
      IntPredicate finished,
      IntFunction<Double> scores,
      Supplier<@Nullable String> stop) {
    this.generator = generator;
    this.most = most;
    this.finished = finished;
    this.scores = scores;
    this.stop = stop;
  }

  /**
   * A candidate as a task gets it.
   *
   * @param values by key; empty if the candidate could not be made
   * @param failure why it could not be made, null if it could
   */
  public record Proposal(LinkedHashMap<String, String> values, @Nullable String failure)
      implements java.io.Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** Returns why there are no further candidates, null as long as there are. */
  public @Nullable String ending() {
    return ending;
  }

  @Override
  public boolean hasMoreCandidates() {
    if (ending == null) {
      ending = next == most ? most + " candidates were asked for" : stop.get();
    }
    if (ending != null) {
      return false;
    }
    try {
      if (next % Strategy.BLOCK == 0 && !closeBlock()) {
        return false;
      }
      if (!generator.hasMoreCandidates()) {
        ending = "all candidates that there are, %d, were tried".formatted(next);
      }
    } catch (RuntimeException e) {
      ending = failed(e);
    }
    return ending == null;
  }

  private String failed(RuntimeException e) {
    return "the strategy failed after %d candidates: %s".formatted(next, Reasons.of(e));
  }

  /** Hands a block's results on in order, once all are there. */
  private boolean closeBlock() {
    for (Candidate candidate : block) {
      if (!finished.test(candidate.getIndex())) {
        return false;
      }
    }
    for (Candidate candidate : block) {
      int index = candidate.getIndex();
      generator.reportResults(
          new OptimizationResult(candidate, scores.apply(index), index, null, null, null));
    }
    block.clear();
    return true;
  }

  @Override
  public Candidate getCandidate() {
    Candidate candidate;
    try {
      candidate = generator.getCandidate();
    } catch (RuntimeException e) {
      ending = failed(e);
      return failure(ending);
    }
    Exception exception = candidate.getException();
    if (exception != null) {
      return failure("the candidate cannot be made: " + Reasons.of(exception));
    }
    Proposal proposal = new Proposal((LinkedHashMap<String, String>) candidate.getValue(), null);
    Candidate ours = new Candidate(proposal, next++, candidate.getFlatParameters());
    block.add(ours);
    return ours;
  }

  /** A candidate all the same: the runner would loop over one that it is told of as failed. */
  private Candidate failure(String reason) {
    return new Candidate(new Proposal(new LinkedHashMap<>(), reason), next++, new double[0]);
  }

  /** Results are taken from the finished trials, in order, and not as the runner meets them. */
  @Override
  public void reportResults(OptimizationResult result) {}

  @Override
  public ParameterSpace<?> getParameterSpace() {
    return generator.getParameterSpace();
  }

  @Override
  public void setRngSeed(long seed) {
    generator.setRngSeed(seed);
  }

  @Override
  public Class<?> getCandidateType() {
    return Proposal.class;
  }
}
