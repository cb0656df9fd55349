package dev.lockstep.report.summary;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.report.summary.Summary.Drift;
import dev.lockstep.report.summary.Summary.DriftPoint;
import dev.lockstep.report.summary.Summary.LayerDifferences;
import dev.lockstep.report.summary.Summary.TensorDifference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Takes the readings of one run after another and keeps the largest per step, phase and layer. */
final class DriftCollector {

  /** What a line can show on a page without its table growing past reading. */
  static final int POINTS = 60;

  /** Of two readings of a step the one that is drawn: the larger, then the one with more noise. */
  private static final Comparator<DriftPoint> LARGER =
      Comparator.comparingDouble(DriftPoint::maxAbs).thenComparingDouble(DriftPoint::floor);

  private static final Comparator<TensorDifference> SAYS_MORE =
      Comparator.comparing(TensorDifference::failed)
          .thenComparing(TensorDifference::judged)
          .thenComparingDouble(TensorDifference::errorOverFloor)
          .thenComparingDouble(TensorDifference::maxAbs);

  private record Key(Phase phase, String tensor) {}

  private record Line(Phase phase, String layer, Reading reading) {
    private static final Comparator<Line> ORDER =
        Comparator.comparing(Line::phase).thenComparing(Line::reading);
  }

  private final Map<Line, TreeMap<Long, DriftPoint>> lines = new LinkedHashMap<>();
  private final Map<String, Map<Key, TensorDifference>> layers = new LinkedHashMap<>();

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
            reading.errorOverFloor(),
            reading.judged(),
            reading.failed());
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
        Math.max(a.errorOverFloor(), b.errorOverFloor()),
        a.judged() || b.judged(),
        a.failed() || b.failed());
  }

  private void addToLayer(TensorReading reading) {
    TensorDifference difference =
        new TensorDifference(
            reading.phase(),
            reading.tensor(),
            reading.step(),
            reading.reading(),
            reading.maxAbs(),
            reading.errorOverFloor(),
            reading.judged(),
            reading.failed());
    layers
        .computeIfAbsent(reading.layer(), layer -> new LinkedHashMap<>())
        .merge(
            new Key(reading.phase(), reading.tensor()),
            difference,
            (a, b) -> SAYS_MORE.compare(a, b) >= 0 ? a : b);
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
    Set<String> names = new LinkedHashSet<>(order);
    names.addAll(layers.keySet());
    return names.stream()
        .map(
            name ->
                new LayerDifferences(
                    name, List.copyOf(layers.getOrDefault(name, Map.of()).values())))
        .toList();
  }
}
