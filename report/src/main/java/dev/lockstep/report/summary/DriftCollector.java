package dev.lockstep.report.summary;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.report.summary.Summary.Drift;
import dev.lockstep.report.summary.Summary.DriftPoint;
import dev.lockstep.report.summary.Summary.LayerDifference;
import dev.lockstep.report.summary.Summary.LayerDifferences;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Takes the readings of one run after another and keeps the largest per step, phase and layer. */
final class DriftCollector {

  /** What a line can show on a page without its table growing past reading. */
  static final int POINTS = 60;

  /** Of two readings of a step the one that is drawn: the larger, then the one with more noise. */
  private static final Comparator<DriftPoint> LARGER =
      Comparator.comparingDouble(DriftPoint::maxAbs).thenComparingDouble(DriftPoint::floor);

  private static final Comparator<LayerDifference> FURTHER =
      Comparator.comparingDouble(LayerDifference::errorOverFloor)
          .thenComparingDouble(LayerDifference::maxAbs);

  private record Line(Phase phase, String layer, Reading reading) {
    private static final Comparator<Line> ORDER =
        Comparator.comparing(Line::phase).thenComparing(Line::reading);
  }

  private final Map<Line, TreeMap<Long, DriftPoint>> lines = new LinkedHashMap<>();
  private final Map<String, SortedMap<Phase, LayerDifference>> layers = new LinkedHashMap<>();

  void add(List<TensorReading> readings) {
    for (TensorReading reading : readings) {
      add("", reading);
      add(reading.layer(), reading);
      addToLayer(reading);
    }
  }

  private void add(String layer, TensorReading reading) {
    DriftPoint point =
        new DriftPoint(
            reading.step(),
            reading.tensor(),
            reading.maxAbs(),
            reading.floor(),
            reading.errorOverFloor());
    lines
        .computeIfAbsent(
            new Line(reading.phase(), layer, reading.reading()), line -> new TreeMap<>())
        .merge(reading.step(), point, DriftCollector::larger);
  }

  private static DriftPoint larger(DriftPoint a, DriftPoint b) {
    DriftPoint larger = LARGER.compare(a, b) >= 0 ? a : b;
    return new DriftPoint(
        larger.step(),
        larger.tensor(),
        larger.maxAbs(),
        larger.floor(),
        Math.max(a.errorOverFloor(), b.errorOverFloor()));
  }

  private void addToLayer(TensorReading reading) {
    LayerDifference difference =
        new LayerDifference(
            reading.tensor(),
            reading.step(),
            reading.reading(),
            reading.maxAbs(),
            reading.errorOverFloor());
    layers
        .computeIfAbsent(reading.layer(), layer -> new TreeMap<>())
        .merge(reading.phase(), difference, (a, b) -> FURTHER.compare(a, b) >= 0 ? a : b);
  }

  /** Returns the lines by phase, those of all layers first. */
  List<Drift> drift() {
    return lines.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(Line.ORDER))
        .map(
            line ->
                new Drift(
                    line.getKey().phase(),
                    line.getKey().layer(),
                    line.getKey().reading(),
                    thinned(new ArrayList<>(line.getValue().values()))))
        .toList();
  }

  /** Returns at most {@link #POINTS}: the largest of each of as many groups of neighbours. */
  private static List<DriftPoint> thinned(List<DriftPoint> points) {
    if (points.size() <= POINTS) {
      return points;
    }
    List<DriftPoint> thinned = new ArrayList<>();
    for (int i = 0; i < POINTS; i++) {
      points.subList(points.size() * i / POINTS, points.size() * (i + 1) / POINTS).stream()
          .reduce(DriftCollector::larger)
          .ifPresent(thinned::add);
    }
    return thinned;
  }

  /**
   * Returns the differences of each layer.
   *
   * @param order of the forward pass; the loss comes last
   */
  List<LayerDifferences> layers(List<String> order) {
    List<LayerDifferences> ordered = new ArrayList<>();
    for (String layer : order) {
      SortedMap<Phase, LayerDifference> phases = layers.get(layer);
      ordered.add(new LayerDifferences(layer, phases == null ? new TreeMap<>() : phases));
    }
    layers.forEach(
        (layer, phases) -> {
          if (!order.contains(layer)) {
            ordered.add(new LayerDifferences(layer, phases));
          }
        });
    return ordered;
  }
}
