package dev.lockstep.experiments.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.digits.SyntheticDigits;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.compare.CompareSettings.Alignment;
import dev.lockstep.experiments.search.result.SearchReport;
import dev.lockstep.experiments.search.space.SearchSpace;
import dev.lockstep.experiments.search.space.Spaces;
import dev.lockstep.experiments.search.strategy.Strategy;
import dev.lockstep.experiments.search.trial.Comparing;
import dev.lockstep.experiments.search.trial.SearchSettings;
import dev.lockstep.experiments.search.trial.Trial;
import dev.lockstep.experiments.search.trial.TrialRunner;
import dev.lockstep.experiments.search.trial.Trials;
import dev.lockstep.experiments.search.trial.Trials.Kept;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.deeplearning4j.arbiter.optimize.generator.BaseCandidateGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Searches over a network so small that a candidate trains in milliseconds. */
@Timeout(120) // A hang is what these tests are about: better a failure than a build that waits.
class SearchTest {

  private static final Dataset DIGITS = SyntheticDigits.dataset(1, 60, 20);

  @TempDir Path directory;

  private SearchSpace space(String ranges) throws IOException {
    Files.writeString(
        directory.resolve("tiny.yaml"),
        """
        input: 784
        layers: [affine: {units: 4}, relu, affine: {units: 10}]
        optimizer: {type: sgd, learningRate: 0.1}
        training: {batchSize: 16, steps: 12}
        """);
    Path file = directory.resolve("space.yaml");
    Files.writeString(file, "experiment: tiny.yaml\nspace:\n  " + ranges + "\n");
    return Spaces.find(file.toString());
  }

  private static SearchSettings settings(Strategy strategy, int workers, int trials) {
    return settings(strategy, workers, trials, 1, null, false);
  }

  private static SearchSettings settings(
      Strategy strategy,
      int workers,
      int trials,
      int repeats,
      @Nullable Duration time,
      boolean earlyStopping) {
    return new SearchSettings(
        strategy,
        1,
        repeats,
        workers,
        trials,
        time,
        earlyStopping,
        Alignment.ALIGNED,
        Precision.DOUBLE,
        null,
        null);
  }

  /** What came of a search. */
  private record Outcome(String ending, List<Trial> trials) {}

  private Outcome search(SearchSpace space, SearchSettings settings, String name) {
    Trials trials = Trials.in(directory.resolve(name));
    String ending =
        new Search(space, settings, DIGITS, Comparing.AS_IT_IS, trials, here -> here, kept -> {})
            .run();
    return new Outcome(ending, trials.all().stream().map(Kept::trial).toList());
  }

  private static final String TWO_RANGES =
      "{optimizer.learningRate: {logUniform: [1e-3, 1]}, layers.affine1.units: {integer: [1, 6]}}";

  @ParameterizedTest
  @EnumSource
  void oneWorkerAndTwoMakeTheSameTrials(Strategy strategy) throws IOException {
    SearchSpace space = space(TWO_RANGES);
    Outcome one = search(space, settings(strategy, 1, 25), "one");
    Outcome two = search(space, settings(strategy, 2, 25), "two");
    assertThat(one.trials()).hasSize(25);
    assertThat(two).isEqualTo(one);
    assertThat(one.trials()).allMatch(t -> t.referenceScore() == t.candidateScore());
  }

  @Test
  void notFiniteIsFailedAndNeverTheBestEvenIfItComesFirst() throws IOException {
    SearchSpace space = space("optimizer.learningRate: {choice: [1e200, 0.1, 0.2]}");
    Outcome outcome = search(space, settings(Strategy.GRID, 1, 10), "nan");
    assertThat(outcome.trials())
        .extracting(Trial::state)
        .containsExactly(Trial.State.FAILED, Trial.State.COMPLETED, Trial.State.COMPLETED);
    assertThat(outcome.trials().get(0).reason()).contains("not finite").contains("both sides");
    assertThat(outcome.trials().get(0).referenceScore()).isNaN();
    assertThat(SearchReport.best(outcome.trials()).orElseThrow().number()).isNotEqualTo(1);
  }

  @Test
  void anExhaustedGridEndsBeforeTheMaximum() throws IOException {
    SearchSpace space = space("optimizer.learningRate: {choice: [0.1, 0.2]}");
    Outcome outcome = search(space, settings(Strategy.GRID, 2, 50), "grid");
    assertThat(outcome.trials()).hasSize(2);
    assertThat(outcome.ending()).isEqualTo("all candidates that there are, 2, were tried");
  }

  @ParameterizedTest
  @EnumSource
  void aRangeOfOneValueIsTrainedLikeAnyOther(Strategy strategy) throws IOException {
    SearchSpace space =
        space("{layers.affine1.units: {integer: [3, 3]}, weightDecay: {uniform: [0, 0.1]}}");
    Outcome outcome = search(space, settings(strategy, 1, 4), "single");
    assertThat(outcome.trials())
        .hasSize(4)
        .allMatch(t -> t.state() == Trial.State.COMPLETED)
        .allMatch(t -> "3".equals(t.values().get("layers.affine1.units")));
  }

  @Test
  void moreWorkersThanTrialsMakeNoMoreTrials() throws IOException {
    Outcome outcome = search(space(TWO_RANGES), settings(Strategy.RANDOM, 5, 3), "workers");
    assertThat(outcome.trials()).extracting(Trial::number).containsExactly(1, 2, 3);
    assertThat(outcome.ending()).isEqualTo("3 candidates were asked for");
  }

  @Test
  void aCandidateThatCannotBeBuiltFailsAlone() throws IOException {
    SearchSpace space = space("training.batchSize: {choice: [8, 5000]}");
    Outcome outcome = search(space, settings(Strategy.GRID, 1, 10), "unbuildable");
    assertThat(outcome.trials())
        .extracting(Trial::state)
        .containsExactly(Trial.State.COMPLETED, Trial.State.FAILED);
    assertThat(outcome.trials().get(1).reason()).contains("5000").contains("48 training samples");
  }

  @Test
  void noTimeMeansNoTrialAndSaysSo() throws IOException {
    Outcome outcome =
        search(
            space(TWO_RANGES), settings(Strategy.RANDOM, 1, 10, 1, Duration.ZERO, false), "time");
    assertThat(outcome.trials()).isEmpty();
    assertThat(outcome.ending()).contains("time was up");
  }

  /** Makes two candidates, then does what it is told. */
  @SuppressWarnings({"rawtypes", "unchecked"}) // Arbiter's interface
  private static final class Faulty extends BaseCandidateGenerator<Map<String, String>> {
    private final boolean throwsItself;

    Faulty(CandidateGenerator like, boolean throwsItself) {
      super(
          (org.deeplearning4j.arbiter.optimize.api.ParameterSpace) like.getParameterSpace(),
          null,
          true);
      this.throwsItself = throwsItself;
    }

    @Override
    public boolean hasMoreCandidates() {
      return true;
    }

    @Override
    public Candidate getCandidate() {
      int index = candidateCounter.getAndIncrement();
      if (index < 2) {
        return new Candidate(
            new LinkedHashMap<>(Map.of("optimizer.learningRate", "0.1")), index, new double[1]);
      }
      IllegalStateException fault = new IllegalStateException("no idea");
      if (throwsItself) {
        throw fault;
      }
      return new Candidate(null, index, new double[1], null, fault);
    }

    @Override
    public Class<?> getCandidateType() {
      return LinkedHashMap.class;
    }
  }

  private Outcome searchWith(boolean throwsItself) throws IOException {
    SearchSpace space = space("optimizer.learningRate: {uniform: [0, 1]}");
    SearchSettings settings = settings(Strategy.RANDOM, 2, 6);
    Trials trials = Trials.in(directory.resolve("faulty"));
    TrialRunner runner = new TrialRunner(space, settings, DIGITS, Comparing.AS_IT_IS);
    CandidateGenerator like = Strategy.RANDOM.generator(space.ranges(), 1);
    String ending =
        new Search(
                settings, trials, runner, here -> here, new Faulty(like, throwsItself), kept -> {})
            .run();
    return new Outcome(ending, trials.all().stream().map(Kept::trial).toList());
  }

  @Test
  void aThrowingGeneratorEndsTheSearchWithItsReason() throws IOException {
    Outcome outcome = searchWith(true);
    assertThat(outcome.ending())
        .contains("the strategy failed after 2 candidates")
        .contains("no idea");
    assertThat(outcome.trials()).hasSize(3);
    assertThat(outcome.trials().get(2).state()).isEqualTo(Trial.State.FAILED);
  }

  @Test
  void candidatesThatCannotBeMadeAreCountedAndTheSearchEnds() throws IOException {
    Outcome outcome = searchWith(false);
    assertThat(outcome.ending()).isEqualTo("6 candidates were asked for");
    assertThat(outcome.trials())
        .extracting(Trial::state)
        .containsExactly(
            Trial.State.COMPLETED,
            Trial.State.COMPLETED,
            Trial.State.FAILED,
            Trial.State.FAILED,
            Trial.State.FAILED,
            Trial.State.FAILED);
    assertThat(outcome.trials().get(5).reason()).contains("no idea");
  }

  @Test
  void theScoreIsTheMeanOverTheSeeds() throws IOException {
    Outcome outcome =
        search(space(TWO_RANGES), settings(Strategy.RANDOM, 1, 2, 3, null, false), "repeated");
    for (Trial trial : outcome.trials()) {
      assertThat(trial.runs()).extracting(Trial.Run::seed).containsExactly(1L, 2L, 3L);
      double sum = 0;
      for (Trial.Run run : trial.runs()) {
        sum += run.last().referenceTest();
      }
      assertThat(trial.referenceScore()).isEqualTo(sum / 3);
    }
  }

  @Test
  void hopelessTrialsAreGivenUpAfterTheFirstBlockWhateverTheNumberOfWorkers() throws IOException {
    SearchSpace space = space("optimizer.learningRate: {logUniform: [1e-5, 1]}");
    Outcome one = search(space, settings(Strategy.RANDOM, 1, 30, 1, null, true), "early-one");
    Outcome two = search(space, settings(Strategy.RANDOM, 2, 30, 1, null, true), "early-two");
    assertThat(two).isEqualTo(one);
    List<Trial> first = one.trials().subList(0, Strategy.BLOCK);
    assertThat(first).extracting(Trial::state).containsOnly(Trial.State.COMPLETED);
    List<Trial> stopped =
        one.trials().stream().filter(t -> t.state() == Trial.State.STOPPED).toList();
    assertThat(stopped).isNotEmpty();
    for (Trial trial : stopped) {
      Trial.Run run = trial.runs().get(0);
      assertThat(run.steps()).isLessThan(run.planned());
      assertThat(trial.reason()).contains("median");
    }
  }

  @Test
  void missingTrialsAreMadeUpForAndOthersAreNotTrainedAgain() throws IOException {
    SearchSpace space = space(TWO_RANGES);
    SearchSettings settings = settings(Strategy.GENETIC, 2, 30);
    Outcome whole = search(space, settings, "resumed");
    Path trials = directory.resolve("resumed");
    List<Path> deleted = new ArrayList<>();
    for (int number : new int[] {7, 22, 30}) {
      deleted.add(trials.resolve("trial-%05d.json".formatted(number)));
      Files.delete(deleted.get(deleted.size() - 1));
    }
    Path kept = trials.resolve("trial-00008.json");
    var before = Files.getLastModifiedTime(kept);
    assertThat(search(space, settings, "resumed")).isEqualTo(whole);
    assertThat(deleted).allMatch(Files::exists);
    assertThat(Files.getLastModifiedTime(kept)).isEqualTo(before);
  }

  @Test
  void theTrialsOfAnotherSearchAreRefused() throws IOException {
    SearchSettings settings = settings(Strategy.RANDOM, 1, 3);
    search(space(TWO_RANGES), settings, "other");
    SearchSpace another = space("optimizer.learningRate: {logUniform: [1e-3, 1]}");
    assertThatThrownBy(() -> search(another, settings, "other"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("trial 1");
  }
}
