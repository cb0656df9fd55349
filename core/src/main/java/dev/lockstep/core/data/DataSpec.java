package dev.lockstep.core.data;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a user's own files are read: the {@code data} block of an experiment file.
 *
 * @param source such as {@code table:iris.csv}, in the words of {@code --data}; null: the command
 *     line says
 * @param scaling of the features; null: what is usual for the form
 */
public record DataSpec(
    @Nullable String source,
    Table table,
    Images images,
    @Nullable Scaling scaling,
    Division division) {

  /** Everything found out from the files. */
  public static final DataSpec FOUND =
      new DataSpec(
          null,
          new Table(
              null,
              null,
              null,
              false,
              List.of(),
              List.of(),
              List.of(),
              List.of(),
              null,
              List.of(),
              Missing.ERROR,
              null,
              new Scaling(Scaling.Kind.NONE, 1),
              null),
          new Images(null, null, Colour.AUTO, false),
          null,
          new Division(0.2, true, 1));

  /**
   * How rows are read.
   *
   * @param separator between values; null: found out
   * @param encoding of the text; null: found out
   * @param header whether the first line names the columns; null: found out
   * @param decimalComma whether numbers are written 3,5
   * @param columns that are features, by name or position from 1; empty: all but the targets
   * @param without columns that are left out
   * @param categories columns that are categories although they hold numbers
   * @param targets columns that are to be predicted; empty: found out
   * @param as what the targets are; null: found out
   * @param classes in the order of the outputs; empty: as found, in order
   * @param missing what is done about values that are not there
   * @param transform a DataVec {@code TransformProcess} in JSON; null: none
   * @param targetScaling of targets that are numbers
   * @param steps of a sequence that are read at most, null: all
   */
  public record Table(
      @Nullable Character separator,
      @Nullable String encoding,
      @Nullable Boolean header,
      boolean decimalComma,
      List<String> columns,
      List<String> without,
      List<String> categories,
      List<String> targets,
      Task.@Nullable Kind as,
      List<String> classes,
      Missing missing,
      @Nullable String transform,
      Scaling targetScaling,
      @Nullable Integer steps) {
    public Table {
      if (steps != null && steps < 1) {
        throw new IllegalArgumentException("steps: expected at least 1, found " + steps);
      }
      columns = List.copyOf(columns);
      without = List.copyOf(without);
      categories = List.copyOf(categories);
      targets = List.copyOf(targets);
      classes = List.copyOf(classes);
    }
  }

  /**
   * What is done about missing values.
   *
   * @param number in their place, with {@link Way#NUMBER}
   */
  public record Missing(Way way, double number) {

    /** They are not accepted. */
    public static final Missing ERROR = new Missing(Way.ERROR, 0);

    /** Ways to deal with a missing value. */
    public enum Way {
      ERROR,
      /** The row is left out. */
      DROP,
      /** The mean of the training rows stands in; of categories, one of its own. */
      MEAN,
      /** A number stands in; of categories, one of its own. */
      NUMBER
    }
  }

  /**
   * How images are read.
   *
   * @param height that they are resized to; null: they all have one size
   * @param width that they are resized to
   * @param digits true for handwriting: brought into MNIST's form
   */
  public record Images(
      @Nullable Integer height, @Nullable Integer width, Colour colour, boolean digits) {}

  /** What is kept of an image's colours. */
  public enum Colour {
    /** Grey if no image has a colour. */
    AUTO,
    GREY,
    RGB;

    /** Returns the name by which it goes in files. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What is done to numbers before a network reads them, by the training rows alone.
   *
   * @param divisor with {@link Kind#DIVIDE}
   */
  public record Scaling(Kind kind, double divisor) {

    /** Ways to scale. */
    public enum Kind {
      NONE,
      /** Mean 0 and standard deviation 1. */
      STANDARDIZE,
      /** From 0 to 1. */
      MINMAX,
      DIVIDE;

      /** Returns the name by which it goes in files. */
      public String id() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    /**
     * @throws IllegalArgumentException if it would divide by nothing
     */
    public Scaling {
      if (!(divisor > 0) || Double.isInfinite(divisor)) {
        throw new IllegalArgumentException("scale: expected a divisor above 0, found " + divisor);
      }
    }
  }

  /**
   * How data that came in one piece are divided.
   *
   * @param test the share that is held back for testing
   * @param stratified whether every class has that share
   * @param seed of the choice
   */
  public record Division(double test, boolean stratified, long seed) {

    /**
     * @throws IllegalArgumentException if one part would be empty
     */
    public Division {
      if (!(test > 0 && test < 1)) {
        throw new IllegalArgumentException("test: expected a share between 0 and 1, found " + test);
      }
    }
  }

  /** Returns the same from another source. */
  public DataSpec from(String otherSource) {
    return new DataSpec(otherSource, table, images, scaling, division);
  }
}
