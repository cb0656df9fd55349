package dev.lockstep.experiments.bench;

import java.util.List;
import java.util.stream.Stream;

/** One size of a network of five layers grows, and nothing else changes. */
public enum CostSeries {
  BATCH_SIZE("batch size", "samples in a batch", "training.batchSize", List.of(100, 200, 300, 400)),
  WIDTH(
      "width",
      "units in each hidden layer",
      "layers.repeat1.layers.affine1.units",
      List.of(100, 200, 300, 400)),
  DEPTH("depth", "hidden layers", "layers.repeat1.times", List.of(1, 2, 3, 4));

  private final String id;
  private final String counted;
  private final String key;
  private final List<Integer> values;

  /** A network of the series. */
  record Point(CostSeries series, int value) {

    Subject subject() {
      return Subject.FIVE_LAYERS.changed(series.key + "=" + value);
    }
  }

  CostSeries(String id, String counted, String key, List<Integer> values) {
    this.id = id;
    this.counted = counted;
    this.key = key;
    this.values = values;
  }

  /** Returns the name that tables and JSON have. */
  public String id() {
    return id;
  }

  /** Returns what the size is a number of. */
  public String counted() {
    return counted;
  }

  /** Returns the networks of all series, from small to large. */
  static List<Point> points() {
    return Stream.of(values())
        .flatMap(series -> series.values.stream().map(value -> new Point(series, value)))
        .toList();
  }
}
