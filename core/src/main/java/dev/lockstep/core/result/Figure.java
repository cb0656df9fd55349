package dev.lockstep.core.result;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Reading;
import java.util.List;

/**
 * A picture as numbers: what a run or an experiment shows besides its verdict. A report draws each
 * kind in its own way; the numbers are those of the result.
 */
public sealed interface Figure {

  /** Returns a name without spaces, unique within its result. */
  String id();

  /** Returns the heading. */
  String title();

  /** Returns one or two sentences: what to look for. */
  String caption();

  /** Begins the id of pictures of a layer's weights; the layer's name follows. */
  String WEIGHTS = "weights-";

  /** Returns whether this is seen where a reader opens a layer, and not before. */
  default boolean ofLayer() {
    return this instanceof Elements || id().startsWith(WEIGHTS);
  }

  /**
   * One axis.
   *
   * @param unit empty if the numbers have none
   * @param logarithmic true for powers of ten; a value of 0 is then drawn on a line of its own
   * @param choices what the numbers 1, 2, 3, ... stand for; empty: for themselves
   */
  record Axis(String label, String unit, boolean logarithmic, List<String> choices) {
    public static Axis linear(String label, String unit) {
      return new Axis(label, unit, false, List.of());
    }

    public static Axis logarithmic(String label, String unit) {
      return new Axis(label, unit, true, List.of());
    }

    public static Axis of(String label, List<String> choices) {
      return new Axis(label, "", false, choices);
    }
  }

  /**
   * Points in the order in which they are joined.
   *
   * @param y of each {@code x}
   */
  record Series(String name, List<Double> x, List<Double> y) {
    public Series {
      requireLength("y of " + name, y, x.size());
    }
  }

  /**
   * Curves, in one panel or in a grid of panels on common axes.
   *
   * @param columns panels in a row
   */
  record Lines(
      String id, String title, String caption, Axis x, Axis y, int columns, List<Panel> panels)
      implements Figure {

    /**
     * @param name empty if there is but one
     */
    public record Panel(String name, List<Series> series) {}
  }

  /**
   * Histograms on common axes, in a grid.
   *
   * @param columns panels in a row
   */
  record Histograms(
      String id, String title, String caption, Axis x, int columns, List<Histogram> panels)
      implements Figure {

    /**
     * Bins of equal width.
     *
     * @param from where the first bin begins
     * @param to where the last bin ends
     */
    public record Histogram(String name, double from, double to, List<Long> counts) {}
  }

  /**
   * A grid of numbers as colours.
   *
   * @param values by row, then by column
   */
  record HeatMap(
      String id,
      String title,
      String caption,
      String rowLabel,
      String columnLabel,
      Axis value,
      List<String> rows,
      List<String> columns,
      List<List<Double>> values)
      implements Figure {
    public HeatMap {
      requireGrid(values, rows.size(), columns.size());
    }
  }

  /**
   * Lines of equal height of a function of two variables, and paths over them.
   *
   * @param values by {@code ys}, then by {@code xs}, both evenly spaced
   */
  record Contours(
      String id,
      String title,
      String caption,
      Axis x,
      Axis y,
      Axis value,
      List<Double> xs,
      List<Double> ys,
      List<List<Double>> values,
      List<Series> paths)
      implements Figure {
    public Contours {
      requireGrid(values, ys.size(), xs.size());
    }
  }

  /** Arrows over a plane. */
  record VectorField(String id, String title, String caption, Axis x, Axis y, List<Arrow> arrows)
      implements Figure {

    /** From (x, y) to (x + dx, y + dy), up to a scale common to all. */
    public record Arrow(double x, double y, double dx, double dy) {}
  }

  /**
   * Grey pictures of one size.
   *
   * @param columns pictures in a row
   * @param low what is drawn black
   * @param high what is drawn white
   */
  record Images(
      String id,
      String title,
      String caption,
      int width,
      int height,
      int columns,
      double low,
      double high,
      List<Picture> pictures)
      implements Figure {

    /**
     * @param label what stands under it, such as both sides' answers
     * @param pixels row by row
     */
    public record Picture(String label, List<Double> pixels) {}

    public Images {
      for (Picture picture : pictures) {
        requireLength("pixels of " + picture.label(), picture.pixels(), width * height);
      }
    }
  }

  /**
   * The elements of one tensor in one step, on both sides: how their values and errors are spread,
   * and where the errors lie.
   *
   * @param shape of the tensor
   * @param floor the tensor's noise floor
   * @param worst index of the element that lies furthest apart, or of the first that is not finite
   * @param reference its value on the reference's side
   * @param candidate its value on the candidate's side
   * @param from the smallest finite value of both sides
   * @param to the largest finite value of both sides
   * @param referenceCounts how many of the reference's elements lie in each of as many bins of
   *     equal width
   * @param candidateCounts the same of the candidate's
   * @param errorCounts how many elements have an error ÷ noise floor of 0; of at most 0.01, 0.1, 1
   *     and so on to 10⁸; of more, or not finite
   * @param map by blocks of the first axis, then of all others: the block's largest error ÷ noise
   *     floor as 10·log₁₀ of it; {@link #IDENTICAL} where there is no error, {@link #BEYOND} where
   *     a number is not finite
   */
  record Elements(
      String id,
      String title,
      String caption,
      long step,
      Phase phase,
      String layer,
      String tensor,
      Reading reading,
      List<Integer> shape,
      double floor,
      List<Integer> worst,
      double reference,
      double candidate,
      double from,
      double to,
      List<Long> referenceCounts,
      List<Long> candidateCounts,
      List<Long> errorCounts,
      List<List<Integer>> map)
      implements Figure {

    public static final int IDENTICAL = -99;
    public static final int BEYOND = 999;
  }

  /** Which class was taken for which, a matrix for each side. */
  record ConfusionMatrices(
      String id, String title, String caption, List<String> classes, List<Matrix> matrices)
      implements Figure {

    /**
     * @param side the implementation's name
     * @param counts by true class, then by predicted class
     */
    public record Matrix(String side, List<List<Long>> counts) {}

    public ConfusionMatrices {
      for (Matrix matrix : matrices) {
        requireGrid(matrix.counts(), classes.size(), classes.size());
      }
    }
  }

  /** Points in a plane, in groups. */
  record Scatter(String id, String title, String caption, Axis x, Axis y, List<Group> groups)
      implements Figure {

    public record Group(String name, List<Point> points) {}

    /**
     * @param label tells this point from others, may be empty
     */
    public record Point(double x, double y, String label) {}
  }

  /** One line across several axes for each item. */
  record ParallelCoordinates(
      String id, String title, String caption, List<Axis> axes, List<Item> items)
      implements Figure {

    /**
     * @param values one for each axis
     * @param highlighted true for the few that the reader should see first
     */
    public record Item(String name, List<Double> values, boolean highlighted) {}

    public ParallelCoordinates {
      for (Item item : items) {
        requireLength("values of " + item.name(), item.values(), axes.size());
      }
    }
  }

  private static void requireGrid(List<? extends List<?>> values, int rows, int columns) {
    requireLength("rows", values, rows);
    for (List<?> row : values) {
      requireLength("columns", row, columns);
    }
  }

  private static void requireLength(String what, List<?> values, int expected) {
    if (values.size() != expected) {
      throw new IllegalArgumentException(
          "%s: expected %d, found %d".formatted(what, expected, values.size()));
    }
  }
}
