package dev.lockstep.core.compare.judging;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.tensor.Tensor;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** What a model's outputs for a split are worth, by the textbook's formulas. */
public final class Metrics {

  private static final double YES = 0.5;

  private final Task task;
  private final double[] units;
  private final int size;
  private final double[] outputs;
  private final double[] targets;

  /**
   * @param outputs samples × outputs, of sequences × steps
   */
  public Metrics(Split split, Tensor outputs) {
    this.task = split.task();
    this.units = split.units();
    this.outputs = split.rows(outputs).data();
    this.targets = split.rows(split.targets(Split.range(0, split.size()))).data();
    this.size = targets.length / task.outputs();
  }

  /** Returns whether an output says yes. */
  static boolean isYes(double output) {
    return output > YES;
  }

  /**
   * Returns the metrics of the task by name: of numbers RMSE, mean absolute error and R², in the
   * units that they were measured in; of yes and no, and of two classes, the area under the ROC
   * curve (and the share of right answers); of more classes nothing but their accuracy, which is
   * known.
   */
  public Map<String, Double> all() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (int output = 0; output < task.outputs(); output++) {
      String of = task.outputs() == 1 ? "" : " of " + task.names().get(output);
      switch (task.kind()) {
        case REGRESSION -> {
          metrics.put("RMSE" + of, units[output] * Math.sqrt(meanSquaredError(output)));
          metrics.put("MAE" + of, units[output] * meanAbsoluteError(output));
          metrics.put("R²" + of, 1 - meanSquaredError(output) / variance(output));
        }
        case BINARY -> {
          metrics.put("accuracy" + of, rightAnswers(output));
          metrics.put("AUC" + of, areaUnderCurve(output));
        }
        case CLASS -> {
          if (task.outputs() == 2 && output == 1) {
            metrics.put("AUC", areaUnderCurve(output));
          }
        }
      }
    }
    return metrics;
  }

  /** R² of all outputs together: 1 − Σ (y − t)² / Σ (t − mean of t)². */
  double explainedVariance() {
    double unexplained = 0;
    double variance = 0;
    for (int output = 0; output < task.outputs(); output++) {
      unexplained += meanSquaredError(output);
      variance += variance(output);
    }
    return 1 - unexplained / variance;
  }

  /** Returns the share of answers, of all outputs, that are right. */
  double rightAnswers() {
    return IntStream.range(0, task.outputs()).mapToDouble(this::rightAnswers).average().orElse(0);
  }

  private double rightAnswers(int output) {
    return (double)
            IntStream.range(0, size)
                .filter(i -> isYes(output(i, output)) == isYes(target(i, output)))
                .count()
        / size;
  }

  private double meanSquaredError(int output) {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      double error = output(i, output) - target(i, output);
      sum += error * error;
    }
    return sum / size;
  }

  private double meanAbsoluteError(int output) {
    return IntStream.range(0, size)
        .mapToDouble(i -> Math.abs(output(i, output) - target(i, output)))
        .average()
        .orElse(Double.NaN);
  }

  private double variance(int output) {
    double mean =
        IntStream.range(0, size).mapToDouble(i -> target(i, output)).average().orElse(Double.NaN);
    return IntStream.range(0, size)
        .mapToDouble(i -> (target(i, output) - mean) * (target(i, output) - mean))
        .average()
        .orElse(Double.NaN);
  }

  /**
   * The probability that a sample of the class scores more than one that is not of it, ties
   * counting half: the rank sum of Mann and Whitney. NaN where one of the two is missing.
   */
  private double areaUnderCurve(int output) {
    int[] order =
        IntStream.range(0, size)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> output(i, output)))
            .mapToInt(Integer::intValue)
            .toArray();
    double ranks = 0;
    long positives = 0;
    for (int from = 0; from < size; ) {
      int to = from;
      while (to < size && output(order[to], output) == output(order[from], output)) {
        to++;
      }
      for (int i = from; i < to; i++) {
        if (isYes(target(order[i], output))) {
          positives++;
          ranks += (from + to + 1) / 2.0; // ranks count from 1; equal scores share their mean
        }
      }
      from = to;
    }
    return (ranks - positives * (positives + 1) / 2.0) / ((double) positives * (size - positives));
  }

  private double output(int sample, int output) {
    return outputs[sample * task.outputs() + output];
  }

  private double target(int sample, int output) {
    return targets[sample * task.outputs() + output];
  }
}
