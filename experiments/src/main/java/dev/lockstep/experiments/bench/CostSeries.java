package dev.lockstep.experiments.bench;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One size of a network of five layers grows, and nothing else changes. */
public enum CostSeries {
  BATCH_SIZE("batch size", "samples in a batch", "training.batchSize", 100),
  WIDTH("width", "units in each hidden layer", "layers.repeat1.layers.affine1.units", 100),
  DEPTH("depth", "hidden layers", "layers.repeat1.times", 1);

  /** Of each series: the smallest, and two, three and four times it. */
  private static final int NETWORKS = 4;

  private final String id;
  private final String counted;
  private final String key;
  private final int smallest;

  /** A network of the series. */
  record Point(CostSeries series, int value) {

    Subject subject() {
      return Subject.FIVE_LAYERS.changed(series.key + "=" + value);
    }
  }

  CostSeries(String id, String counted, String key, int smallest) {
    this.id = id;
    this.counted = counted;
    this.key = key;
    this.smallest = smallest;
  }

  /** Returns the name that tables and JSON have. */
  @JsonValue
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
        .flatMap(
            series ->
                IntStream.rangeClosed(1, NETWORKS)
                    .mapToObj(times -> new Point(series, times * series.smallest)))
        .toList();
  }
}
