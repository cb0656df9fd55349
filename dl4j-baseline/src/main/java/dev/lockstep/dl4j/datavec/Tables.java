package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.DataSpec.Missing;
import dev.lockstep.core.data.DataSpec.Scaling;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Features;
import dev.lockstep.core.data.HoldBack;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.Targets;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.tensor.Shape;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Tables in text files: numbers and categories in columns, of which one or more are to be
 * predicted. Everything that the files do not make plain is refused with what to say; everything
 * else that was found out is stated.
 */
public final class Tables {

  private static final Set<String> TARGET_NAMES =
      Set.of("label", "class", "target", "digit", "y", "species", "output");

  /** Of the names for a target also the one of a coordinate, beside a target of another name. */
  private static final String COORDINATE = "y";

  /** More one-hot columns of one feature are an oversight. */
  private static final int MAX_ONE_HOT = 100;

  /** Of texts in a sentence. */
  private static final int SHOWN = 20;

  private final Path path;
  private final DataSpec spec;
  private final TableFiles table;
  private final List<String> reading = new ArrayList<>();

  private Tables(Path path, DataSpec spec) {
    this.path = path;
    this.spec = spec;
    this.table = TableFiles.read(path, spec.table());
  }

  /**
   * @param path a file, or a directory of files
   * @throws InputException if something is missing, malformed or ambiguous; names file, line and
   *     column, and what to say
   */
  public static Dataset read(Path path, DataSpec spec) {
    return new Tables(path, spec).dataset();
  }

  /** Columns of numbers as a network reads them, and what they are called. */
  private record Block(List<String> names, List<double[]> values, List<Boolean> scaled) {
    Block() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    void add(String name, double[] column, boolean isScaled) {
      names.add(name);
      values.add(column);
      scaled.add(isScaled);
    }
  }

  private Dataset dataset() {
    List<Column> targets = targets();
    List<Column> features = features(targets);
    int[] kept = keptRows(features, targets);
    Task.Kind kind = kind(targets);
    Task task;
    int[] labels;
    if (kind == Task.Kind.CLASS) {
      List<String> classes = classes(targets.get(0));
      task = new Task(kind, classes);
      labels = labels(targets.get(0), classes, kept);
    } else {
      task = new Task(kind, targets.stream().map(Column::label).toList());
      labels = new int[0];
    }
    HoldBack parts = parts(labels, kept);
    Block inputs = inputs(features, kept, parts);
    List<String> scaling = new ArrayList<>();
    Scaling asked =
        spec.scaling() == null ? new Scaling(Scaling.Kind.STANDARDIZE, 1) : spec.scaling();
    scale(inputs, asked, parts.train(), scaling, "the features are");
    Targets answers =
        kind == Task.Kind.CLASS
            ? Targets.classes(task, labels)
            : numbers(task, targets, kept, parts, scaling);
    statements(features, targets, task, inputs, scaling, parts);
    Split all =
        new Split(
            Shape.of(inputs.values().size()),
            Features.numbers(rowMajor(inputs.values(), kept.length)),
            answers);
    return Dataset.of(
            "table:" + path.getFileName(), all.select(parts.train()), all.select(parts.test()), "")
        .read(reading);
  }

  private InputException refused(String message) {
    return new InputException(path + ": " + message);
  }

  private Column column(String reference, String key) {
    List<Column> named =
        table.columns().stream().filter(column -> column.name().equals(reference)).toList();
    List<Column> found =
        named.isEmpty()
            ? table.columns().stream().filter(column -> column.is(reference)).toList()
            : named;
    if (found.size() != 1) {
      throw refused(
          "data.%s: expected one of the columns %s, by name or position, found %s%s"
              .formatted(
                  key,
                  labels(table.columns()),
                  CsvRows.shown(reference),
                  found.isEmpty() ? "" : ", which several are called"));
    }
    return found.get(0);
  }

  private static String labels(List<Column> columns) {
    return columns.stream().map(Column::label).collect(Collectors.joining(", "));
  }

  /** As the file says; else the one with a name for it, else the one that holds texts. */
  private List<Column> targets() {
    List<String> said = spec.table().targets();
    if (!said.isEmpty()) {
      return said.stream().map(reference -> column(reference, "target")).toList();
    }
    List<Column> named =
        table.columns().stream()
            .filter(column -> TARGET_NAMES.contains(column.name().toLowerCase(Locale.ROOT)))
            .toList();
    List<Column> texts = table.columns().stream().filter(Column::isText).toList();
    List<Column> plain =
        named.stream().filter(column -> !column.name().equalsIgnoreCase(COORDINATE)).toList();
    if (named.size() == 1 || plain.size() == 1) {
      Column target = named.size() == 1 ? named.get(0) : plain.get(0);
      reading.add("the target is " + target.label() + ", by its name");
      return List.of(target);
    }
    if (named.isEmpty() && texts.size() == 1) {
      reading.add("the target is " + texts.get(0).label() + ", the one column of texts");
      return texts;
    }
    // a number that is none is likelier than a table without a target
    table.columns().stream().filter(c -> !c.isText() && !c.isEmpty()).forEach(this::checkNumeric);
    if (table.columns().size() == 1) {
      requireFeatures(List.of());
    }
    throw refused(
        "expected to be told which column is to be predicted, found %s; say data.target=NAME or"
                .formatted(
                    !named.isEmpty()
                        ? "several: " + labels(named)
                        : texts.isEmpty()
                            ? "none that plainly is"
                            : "several of texts: "
                                + texts.stream()
                                    .map(Column::withExample)
                                    .collect(Collectors.joining(", ")))
            + " data.target=POSITION; the columns are "
            + labels(table.columns()));
  }

  private void checkNumeric(Column column) {
    if (!isCategory(column)) {
      column.requireNumeric();
    }
  }

  private List<Column> features(List<Column> targets) {
    List<Column> without =
        spec.table().without().stream().map(reference -> column(reference, "without")).toList();
    List<Column> features =
        spec.table().columns().isEmpty()
            ? new ArrayList<>(table.columns())
            : new ArrayList<>(
                spec.table().columns().stream().map(name -> column(name, "columns")).toList());
    features.removeAll(without);
    features.removeAll(targets);
    requireFeatures(features);
    return features;
  }

  private void requireFeatures(List<Column> features) {
    if (features.isEmpty()) {
      throw refused(
          "expected at least one column beside the target, found none"
              + (table.columns().size() == 1
                  ? "; if something else separates the values, say data.separator"
                  : ""));
    }
  }

  private boolean isCategory(Column column) {
    return column.isText() || spec.table().categories().stream().anyMatch(column::is);
  }

  private Task.Kind kind(List<Column> targets) {
    Task.Kind said = spec.table().as();
    if (said == Task.Kind.CLASS && targets.size() > 1) {
      throw refused("data.as=class: expected one target, found " + labels(targets));
    }
    if (said != null) {
      if (said == Task.Kind.REGRESSION) {
        targets.forEach(Column::requireNumeric);
      }
      return said;
    }
    if (targets.size() == 1) {
      Column target = targets.get(0);
      if (isCategory(target) || target.countsWithoutGap()) {
        return Task.Kind.CLASS;
      }
      target.requireNumeric();
      if (target.isWhole()) {
        throw refused(
            "%s holds whole numbers: say data.as=class if they are classes, data.as=regression if they are amounts"
                .formatted(target.described()));
      }
    }
    targets.forEach(Column::requireNumeric);
    return Task.Kind.REGRESSION;
  }

  private List<String> classes(Column target) {
    return target.classes(spec.table().classes(), this::refused);
  }

  private int[] labels(Column target, List<String> classes, int[] kept) {
    return target.labels(classes, kept, this::refused);
  }

  /** Rows that are used; none of them lacks a target. */
  private int[] keptRows(List<Column> features, List<Column> targets) {
    List<Column> used = new ArrayList<>(features);
    used.addAll(targets);
    Missing.Way way = spec.table().missing().way();
    List<Column> lacking =
        used.stream().filter(column -> column.missing() > 0 && !column.isEmpty()).toList();
    used.stream()
        .filter(Column::isEmpty)
        .findFirst()
        .ifPresent(
            column -> {
              throw refused(
                  column.described()
                      + ": expected values, found none at all; leave it out by data.without");
            });
    if (way == Missing.Way.ERROR && !lacking.isEmpty()) {
      String first = lacking.get(0).missingAt().get(0);
      String where =
          lacking.stream()
              .map(
                  column ->
                      "%s in line %s%s"
                          .formatted(
                              column.described(),
                              column.missingAt().stream()
                                  .map(Tables::lineOf)
                                  .collect(Collectors.joining(", ")),
                              column.missing() > column.missingAt().size() ? ", …" : ""))
              .collect(Collectors.joining("; "));
      throw new InputException(
          "%sexpected a value in every column, found none of %s; say data.missing=drop to leave such rows out, data.missing=mean or a number to put that in their place"
              .formatted(first, where));
    }
    List<Column> needed = way == Missing.Way.DROP ? used : targets;
    int[] kept =
        IntStream.range(0, table.rows())
            .filter(row -> needed.stream().noneMatch(column -> column.isMissing(row)))
            .toArray();
    if (kept.length < table.rows()) {
      reading.add(
          String.format(
              Locale.ROOT,
              "%d of %d rows, which lack a value, are left out",
              table.rows() - kept.length,
              table.rows()));
    }
    if (kept.length == 0) {
      throw refused("expected at least one row without missing values, found none");
    }
    return kept;
  }

  private static String lineOf(String at) {
    return at.replaceFirst(".*:(\\d+): $", "$1");
  }

  private HoldBack parts(int[] labels, int[] kept) {
    if (table.trainRows() < 0) {
      return HoldBack.of(spec.division(), labels, kept.length, path.toString());
    }
    int train = (int) Arrays.stream(kept).filter(row -> row < table.trainRows()).count();
    return new HoldBack(
        Split.shuffled(train, spec.division().seed()),
        Split.range(train, kept.length),
        "training and test rows are from files of their own");
  }

  private Block inputs(List<Column> features, int[] kept, HoldBack parts) {
    Block block = new Block();
    for (Column column : features) {
      if (isCategory(column)) {
        addOneHot(block, column, kept);
      } else {
        column.requireNumeric();
        double[] values = Arrays.stream(kept).mapToDouble(column::value).toArray();
        fill(column, values, parts);
        block.add(column.label(), values, true);
      }
    }
    return block;
  }

  private void fill(Column column, double[] values, HoldBack parts) {
    long missing = Arrays.stream(values).filter(Double::isNaN).count();
    if (missing == 0) {
      return;
    }
    boolean isMean = spec.table().missing().way() == Missing.Way.MEAN;
    double number =
        isMean
            ? Arrays.stream(parts.train())
                .mapToDouble(row -> values[row])
                .filter(value -> !Double.isNaN(value))
                .average()
                .orElseThrow(() -> refused(column.described() + ": no training row has a value"))
            : spec.table().missing().number();
    for (int i = 0; i < values.length; i++) {
      values[i] = Double.isNaN(values[i]) ? number : values[i];
    }
    reading.add(
        String.format(
            Locale.ROOT,
            "%d missing values of %s are %s",
            missing,
            column.label(),
            isMean ? "the training rows' mean, " + rounded(number) : rounded(number)));
  }

  private void addOneHot(Block block, Column column, int[] kept) {
    List<String> categories = column.categories();
    if (categories.size() > MAX_ONE_HOT) {
      throw refused(
          String.format(
              Locale.ROOT,
              "%s: expected at most %d categories, found %d; leave it out by data.without",
              column.described(),
              MAX_ONE_HOT,
              categories.size()));
    }
    int[] all = column.indicesIn(categories);
    boolean lacks = Arrays.stream(kept).anyMatch(row -> all[row] < 0);
    for (int i = 0; i < categories.size(); i++) {
      int category = i;
      block.add(
          column.label() + "=" + categories.get(i),
          Arrays.stream(kept).mapToDouble(row -> all[row] == category ? 1 : 0).toArray(),
          false);
    }
    if (lacks) {
      block.add(
          column.label() + " missing",
          Arrays.stream(kept).mapToDouble(row -> all[row] < 0 ? 1 : 0).toArray(),
          false);
    }
    reading.add(
        "%s is one-hot: %s%s"
            .formatted(
                column.label(), String.join(", ", categories), lacks ? ", and missing" : ""));
  }

  /** Scales columns by their training rows; returns by how much each was divided. */
  private double[] scale(
      Block block, Scaling scaling, int[] train, List<String> statements, String subject) {
    double[] divisors = new double[block.values().size()];
    List<String> each = new ArrayList<>();
    List<String> constant = new ArrayList<>();
    for (int i = 0; i < divisors.length; i++) {
      double[] values = block.values().get(i);
      divisors[i] = 1;
      if (!block.scaled().get(i) || scaling.kind() == Scaling.Kind.NONE) {
        continue;
      }
      ColumnScale scale =
          ColumnScale.of(scaling, Arrays.stream(train).mapToDouble(row -> values[row]).toArray());
      if (scale.isConstant()) {
        constant.add(block.names().get(i));
      }
      scale.apply(values);
      divisors[i] = scale.divisor();
      each.add(
          "%s (%s − %s) / %s"
              .formatted(
                  block.names().get(i), "x", rounded(scale.offset()), rounded(scale.divisor())));
    }
    statements.add(statement(scaling, subject, each));
    if (!constant.isEmpty()) {
      statements.add("the same in every training row: " + String.join(", ", constant));
    }
    return divisors;
  }

  private static String statement(Scaling scaling, String subject, List<String> each) {
    String shown = shown(each);
    return switch (scaling.kind()) {
      case NONE -> subject + " not scaled";
      case STANDARDIZE ->
          subject + " standardized by the training rows' mean and deviation: " + shown;
      case MINMAX -> subject + " scaled to 0 … 1 by the training rows: " + shown;
      case DIVIDE -> subject + " divided by " + rounded(scaling.divisor());
    };
  }

  /** Returns the first of many. */
  static String shown(List<String> texts) {
    return texts.size() <= SHOWN
        ? String.join(", ", texts)
        : String.join(", ", texts.subList(0, SHOWN)) + ", …";
  }

  static String rounded(double value) {
    return new BigDecimal(value).round(new MathContext(6)).stripTrailingZeros().toPlainString();
  }

  private Targets numbers(
      Task task, List<Column> targets, int[] kept, HoldBack parts, List<String> statements) {
    Block block = new Block();
    for (Column target : targets) {
      double[] values =
          task.kind() == Task.Kind.BINARY
              ? yesOrNo(target, kept)
              : Arrays.stream(kept).mapToDouble(target::value).toArray();
      block.add(target.label(), values, true);
    }
    Scaling scaling = spec.table().targetScaling();
    if (task.kind() == Task.Kind.BINARY) {
      if (scaling.kind() != Scaling.Kind.NONE) {
        throw refused("data.scaleTarget: expected none for yes and no");
      }
      return Targets.numbers(
          task, rowMajor(block.values(), kept.length), ones(block.values().size()));
    }
    double[] units = scale(block, scaling, parts.train(), statements, "the targets are");
    if (scaling.kind() != Scaling.Kind.NONE) {
      statements.add("RMSE and MAE are told in the targets' own units");
    }
    return Targets.numbers(task, rowMajor(block.values(), kept.length), units);
  }

  static double[] ones(int length) {
    double[] ones = new double[length];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** Of two categories the second means yes. */
  private double[] yesOrNo(Column target, int[] kept) {
    List<String> two =
        spec.table().classes().isEmpty() ? target.categories() : spec.table().classes();
    if (two.size() != 2) {
      throw refused(
          "%s: expected two values, found %s".formatted(target.described(), target.categories()));
    }
    reading.add("%s is 1 for %s, 0 for %s".formatted(target.label(), two.get(1), two.get(0)));
    int[] all = target.indicesIn(two);
    return Arrays.stream(kept).mapToDouble(row -> all[row]).toArray();
  }

  private static double[] rowMajor(List<double[]> columns, int rows) {
    double[] all = new double[Math.multiplyExact(rows, columns.size())];
    for (int column = 0; column < columns.size(); column++) {
      for (int row = 0; row < rows; row++) {
        all[row * columns.size() + column] = columns.get(column)[row];
      }
    }
    return all;
  }

  private void statements(
      List<Column> features,
      List<Column> targets,
      Task task,
      Block inputs,
      List<String> scaling,
      HoldBack parts) {
    reading.addAll(0, table.reading());
    reading.add(
        0,
        "%s of %s from %s"
            .formatted(
                task.kind() == Task.Kind.CLASS
                    ? "class"
                    : task.kind() == Task.Kind.BINARY ? "yes or no" : "regression",
                labels(targets),
                inputs.values().size() == features.size()
                    ? labels(features)
                    : "%s, %d numbers in all".formatted(labels(features), inputs.values().size())));
    if (task.kind() == Task.Kind.CLASS) {
      reading.add(1, "the classes are " + String.join(", ", task.names()));
    }
    features.stream()
        .filter(Column::numbersItsRows)
        .forEach(
            column ->
                reading.add(
                    "%s numbers the rows, and is a feature: data.without=%s leaves it out"
                        .formatted(column.label(), column.label())));
    reading.addAll(scaling);
    reading.add(parts.statement());
  }
}
