package dev.lockstep.core.compare.judging;

import dev.lockstep.core.observation.Difference;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Measures what a report shows of the single elements of a tensor; small whatever its size. */
final class ElementFigures {

  /** A page shows no finer map of a hundred tensors and stays small. */
  private static final int MAP_SIDE = 32;

  private static final int BINS = 24;

  /** Upper ends of the bins of error ÷ noise floor, but for 0 and for more. */
  private static final double[] ERROR_ENDS =
      IntStream.rangeClosed(-2, 8)
          .mapToDouble(exponent -> Double.parseDouble("1e" + exponent))
          .toArray();

  private ElementFigures() {}

  /**
   * @param a on the reference's side
   * @param b on the candidate's side, of the same shape
   */
  static Figure.Elements of(
      long step, Reading reading, ExpectedTensor tensor, Tensor a, Tensor b, double floor) {
    Difference difference = Difference.between(a, b);
    int worst = difference.finite() ? difference.maxAbsAt() : difference.nonFiniteAt();
    String phase = tensor.key().phase().id();
    String path = tensor.key().path();
    DoubleSummaryStatistics finite =
        DoubleStream.concat(Arrays.stream(a.data()), Arrays.stream(b.data()))
            .filter(Double::isFinite)
            .summaryStatistics();
    double low = finite.getCount() == 0 ? 0 : finite.getMin();
    double high = finite.getCount() == 0 ? 0 : finite.getMax();
    return new Figure.Elements(
        "elements-%s-%s".formatted(phase, path),
        "%s, %s, step %d".formatted(path, phase, step),
        "How the values of both sides and their errors are spread, and where the errors lie.",
        step,
        tensor.key().phase(),
        tensor.layer(),
        path,
        reading,
        lengths(a.shape()),
        floor,
        worst < 0 ? List.of() : IntStream.of(a.shape().indexOf(worst)).boxed().toList(),
        worst < 0 ? 0 : a.data()[worst],
        worst < 0 ? 0 : b.data()[worst],
        low,
        high,
        counts(a, low, high),
        counts(b, low, high),
        errors(a, b, floor),
        map(a, b, floor));
  }

  private static List<Integer> lengths(Shape shape) {
    return IntStream.range(0, shape.rank()).map(shape::length).boxed().toList();
  }

  private static List<Long> counts(Tensor tensor, double from, double to) {
    long[] counts = new long[BINS];
    double width = (to - from) / BINS;
    for (double value : tensor.data()) {
      if (Double.isFinite(value)) {
        int bin = width > 0 ? (int) ((value - from) / width) : 0;
        counts[Math.min(bin, BINS - 1)]++;
      }
    }
    return Arrays.stream(counts).boxed().toList();
  }

  /** Returns |a − b| ÷ floor, NaN where an element is not finite. */
  private static double ratio(double a, double b, double floor) {
    double error = Math.abs(a - b);
    return error == 0 ? 0 : Double.isFinite(error) ? error / floor : Double.NaN;
  }

  private static List<Long> errors(Tensor a, Tensor b, double floor) {
    long[] counts = new long[ERROR_ENDS.length + 2];
    for (int i = 0; i < a.size(); i++) {
      double ratio = ratio(a.data()[i], b.data()[i], floor);
      int bin = 0;
      if (ratio != 0) {
        bin = 1;
        while (bin <= ERROR_ENDS.length && !(ratio <= ERROR_ENDS[bin - 1])) {
          bin++;
        }
      }
      counts[bin]++;
    }
    return Arrays.stream(counts).boxed().toList();
  }

  private static List<List<Integer>> map(Tensor a, Tensor b, double floor) {
    int rows = a.shape().rank() < 2 ? 1 : a.shape().length(0);
    int columns = a.size() / Math.max(1, rows);
    int down = Math.min(rows, MAP_SIDE);
    int across = Math.min(columns, MAP_SIDE);
    double[][] largest = new double[down][across];
    for (int i = 0; i < a.size(); i++) {
      double ratio = ratio(a.data()[i], b.data()[i], floor);
      int row = block(i / columns, rows, down);
      int column = block(i % columns, columns, across);
      largest[row][column] = Math.max(largest[row][column], ratio); // NaN is the largest
    }
    List<List<Integer>> map = new ArrayList<>();
    for (double[] row : largest) {
      map.add(Arrays.stream(row).mapToInt(ElementFigures::decibels).boxed().toList());
    }
    return map;
  }

  /** Returns in which of a number of blocks an index lies: block k begins at k·length ÷ blocks. */
  private static int block(int index, int length, int blocks) {
    return (int) (((long) (index + 1) * blocks - 1) / length);
  }

  private static int decibels(double ratio) {
    if (ratio == 0) {
      return Figure.Elements.IDENTICAL;
    }
    if (!Double.isFinite(ratio)) {
      return Figure.Elements.BEYOND;
    }
    long rounded = Math.round(10 * StrictMath.log10(ratio));
    return (int)
        Math.max(Figure.Elements.IDENTICAL + 1, Math.min(rounded, Figure.Elements.BEYOND - 1));
  }
}
