package dev.lockstep.experiments.bench;

import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.experiments.bench.BenchResult.Cost;
import dev.lockstep.report.statistics.Ratio;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a step costs, round after round, and what it would cost if every network multiplied numbers
 * at the same rate: the geometric mean of the rates of all networks.
 */
final class Costs {

  private final Map<CostSeries.Point, List<Double>> milliseconds = new LinkedHashMap<>();

  void add(CostSeries.Point point, Measurement measurement) {
    int samples = point.subject().experiment().training().batchSize();
    milliseconds
        .computeIfAbsent(point, unseen -> new ArrayList<>())
        .add(1000 * samples / measurement.samplesPerSecond());
  }

  List<Cost> all() {
    Map<CostSeries.Point, Double> measured = new LinkedHashMap<>();
    Map<CostSeries.Point, Double> rates = new LinkedHashMap<>();
    milliseconds.forEach((point, all) -> measured.put(point, Ratio.geometricMean(all)));
    measured.forEach((point, time) -> rates.put(point, multiplications(point) / time));
    if (measured.isEmpty()) {
      return List.of();
    }
    double rate = Ratio.geometricMean(List.copyOf(rates.values()));
    List<Cost> costs = new ArrayList<>();
    measured.forEach(
        (point, time) -> {
          long multiplications = multiplications(point);
          costs.add(
              new Cost(
                  point.series(), point.value(), multiplications, time, multiplications / rate));
        });
    return costs;
  }

  private static long multiplications(CostSeries.Point point) {
    Experiment experiment = point.subject().experiment();
    return Product.of(experiment, Task.TRAINING).stream().mapToLong(Product::multiplications).sum();
  }
}
