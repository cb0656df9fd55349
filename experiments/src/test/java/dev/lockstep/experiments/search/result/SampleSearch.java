package dev.lockstep.experiments.search.result;

import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.digits.SyntheticDigits;
import dev.lockstep.core.result.Curves.AccuracyPoint;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.compare.CompareSettings.Alignment;
import dev.lockstep.experiments.search.space.ExperimentSpace;
import dev.lockstep.experiments.search.space.Spaces;
import dev.lockstep.experiments.search.strategy.Strategy;
import dev.lockstep.experiments.search.trial.HeldOut;
import dev.lockstep.experiments.search.trial.SearchSettings;
import dev.lockstep.experiments.search.trial.Trial;
import dev.lockstep.experiments.search.trial.Trials.Kept;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The book's search as it might have gone: trial 3 failed, trial 5 was stopped, trial 7 differs.
 */
public final class SampleSearch {

  static final int TRIALS = 40;
  static final int FAILED = 3;
  static final int STOPPED = 5;
  static final int DIFFERENT = 7;

  private static final int POINTS = 10;

  private SampleSearch() {}

  public static SearchResult result(RunResult finalist) {
    return result(Spaces.DEFAULT, finalist);
  }

  /** Returns a search for the shape of a network, most of whose ranges are choices. */
  static SearchResult ofShapes(RunResult finalist) {
    return result("mlp-shape", finalist);
  }

  private static SearchResult result(String id, RunResult finalist) {
    ExperimentSpace space = Spaces.find(id);
    Dataset dataset = SyntheticDigits.dataset(1, 500, 100);
    SearchSettings settings =
        new SearchSettings(
            Strategy.RANDOM,
            1,
            1,
            1,
            TRIALS,
            null,
            true,
            Alignment.ALIGNED,
            Precision.DOUBLE,
            null,
            null);
    Rerun rerun = new Rerun(space.experiment(), Map.of(), List.of("--train-size", "400"), null);
    HeldOut images = HeldOut.of(dataset, space.experiment(Map.of()), null, space.validation());
    return new SearchReport(space, settings, dataset, rerun)
        .of(
            "lockstep search",
            IntStream.rangeClosed(1, TRIALS).mapToObj(number -> kept(number, space)).toList(),
            "40 candidates were asked for",
            finalist,
            images,
            Map.of("jdk", "17"),
            61);
  }

  private static Kept kept(int number, ExperimentSpace space) {
    Random random = new Random(1_000_003L * number);
    double rate = Math.pow(10, -6 + 4 * random.nextDouble());
    Map<String, String> values = new LinkedHashMap<>();
    space
        .ranges()
        .forEach(
            (key, range) ->
                values.put(key, range.examples().get(random.nextInt(range.examples().size()))));
    values.put("optimizer.learningRate", Double.toString(rate));
    values.put("weightDecay", Double.toString(Math.pow(10, -8 + 4 * random.nextDouble())));
    if (number == FAILED) {
      return new Kept(
          new Trial(number, Trial.State.FAILED, "the loss was not finite", values, List.of()), 0.5);
    }
    double level = 0.1 + 0.7 / (1 + Math.pow(1e-3 / rate, 1.5));
    List<AccuracyPoint> points =
        IntStream.rangeClosed(1, number == STOPPED ? POINTS / 2 : POINTS)
            .mapToObj(i -> point(number, i, level * i / POINTS))
            .toList();
    boolean stopped = number == STOPPED;
    Trial.Run run = new Trial.Run(1, points.size(), POINTS, 1, 1, Verdict.AGREE, null, points);
    return new Kept(
        new Trial(
            number,
            stopped ? Trial.State.STOPPED : Trial.State.COMPLETED,
            stopped ? "worse than the median" : "",
            values,
            List.of(run)),
        1.5);
  }

  private static AccuracyPoint point(int number, int step, double accuracy) {
    double other = number == DIFFERENT ? accuracy - 0.01 : accuracy;
    return new AccuracyPoint(step, accuracy, other, accuracy, other, number == DIFFERENT ? 1 : 0);
  }
}
