package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.DataSpec.Scaling;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Features;
import dev.lockstep.core.data.HoldBack;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.Targets;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.wording.Reasons;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sequences in text files, one in each, a line for every step: what DL4J's examples write for
 * {@code CSVSequenceRecordReader}.
 *
 * <p>The files lie in {@code features} and, under the same names, in {@code labels}, where one line
 * is the answer to a whole sequence and as many as there are steps are answers to each; or they lie
 * beside one another, and {@code target} names the columns that answer each step. Either may be in
 * {@code train} and {@code test}. Shorter sequences than the longest are padded after their end.
 */
public final class SequenceFolders {

  /** What all sequences together may hold: half a gigabyte as numbers. */
  private static final long MAX_VALUES = 1L << 26;

  /** More one-hot columns of one feature are an oversight. */
  private static final int MAX_ONE_HOT = 1000;

  private final Path path;
  private final DataSpec spec;
  private final List<String> reading = new ArrayList<>();
  private final SequenceTable features;
  private final SequenceTable answers;
  private final boolean inOneFile;

  private SequenceFolders(Path path, DataSpec spec) {
    this.path = path;
    this.spec = spec;
    this.features = new SequenceTable(spec.table(), "features");
    this.answers = new SequenceTable(spec.table(), "labels");
    if (!Files.isDirectory(path)) {
      throw new InputException(
          path + ": expected a directory with the folders features and labels, found none");
    }
    this.inOneFile = sets().stream().noneMatch(set -> Files.isDirectory(set.resolve("features")));
    sets().forEach(this::read);
  }

  /**
   * @param path a directory
   * @throws InputException if something is missing, malformed or ambiguous; names file and line,
   *     and what to say
   */
  public static Dataset read(Path path, DataSpec spec) {
    return new SequenceFolders(path, spec).dataset();
  }

  /** Returns the training part and the testing part, or the one folder that holds both. */
  private List<Path> sets() {
    Path train = path.resolve("train");
    Path test = path.resolve("test");
    return Files.isDirectory(train) && Files.isDirectory(test)
        ? List.of(train, test)
        : List.of(path);
  }

  private InputException refused(String message) {
    return new InputException(path + ": " + message);
  }

  private void read(Path set) {
    Path from = inOneFile ? set : set.resolve("features");
    Integer steps = spec.table().steps();
    for (Path file : files(from)) {
      features.add(file, steps);
      if (!inOneFile) {
        Path labels = set.resolve("labels").resolve(file.getFileName());
        if (!Files.isRegularFile(labels)) {
          throw new InputException(
              "%s: expected what the sequence %s is answered with, found no such file"
                  .formatted(labels, file.getFileName()));
        }
        answers.add(labels, steps);
      }
    }
    features.endPart();
  }

  private static List<Path> files(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> files =
          entries
              .filter(Files::isRegularFile)
              .filter(
                  file -> String.valueOf(file.getFileName()).matches("(?i)[^.].*\\.(csv|tsv|txt)"))
              .sorted((a, b) -> NaturalOrder.NAMES.compare(a.toString(), b.toString()))
              .toList();
      if (files.isEmpty()) {
        throw new InputException(
            directory + ": expected files such as 0.csv, a sequence in each, found none");
      }
      return files;
    } catch (java.io.IOException e) {
      throw new InputException(directory + ": cannot be listed: " + Reasons.of(e), e);
    }
  }

  private Dataset dataset() {
    List<Column> targets = targets();
    List<Column> inputs = inputs(targets);
    int steps = features.longest();
    int count = features.sequences();
    boolean each = inOneFile || answersEachStep();
    Task task = task(targets);
    int[] order = each || task.kind() != Task.Kind.CLASS ? new int[0] : labels(targets, task);
    HoldBack parts = parts(order, count);
    List<double[]> columns = columns(inputs, parts);
    if ((long) count * steps * (columns.size() + task.outputs()) > MAX_VALUES) {
      throw refused(
          "expected at most %,d numbers, found %,d sequences of %,d steps; say data.steps=N to read the first N steps of each"
              .formatted(MAX_VALUES, count, steps));
    }
    Split all =
        new Split(
            Shape.of(columns.size(), steps),
            Features.numbers(features.padded(columns, steps)),
            each
                ? Targets.sequences(
                    task,
                    table(targets).padded(answer(targets, task), steps),
                    Tables.ones(task.outputs()),
                    steps)
                : whole(targets, task, order));
    reading.add(
        0,
        String.format(
            Locale.ROOT,
            "%,d sequences of %s steps of %d numbers, %s for %s",
            count,
            features.shortest() == steps ? "" + steps : features.shortest() + " to " + steps,
            columns.size(),
            task,
            each ? "each step" : "each sequence"));
    if (task.kind() == Task.Kind.CLASS) {
      reading.add(1, "the classes are " + String.join(", ", task.names()));
    }
    reading.add(parts.statement());
    return Dataset.of(
            "sequences:" + path.getFileName(),
            all.select(parts.train()),
            all.select(parts.test()),
            "")
        .read(reading);
  }

  private SequenceTable table(List<Column> targets) {
    return answers.columns().containsAll(targets) ? answers : features;
  }

  private List<Column> targets() {
    List<String> said = spec.table().targets();
    SequenceTable from = inOneFile ? features : answers;
    if (!said.isEmpty()) {
      return said.stream().map(reference -> column(from, reference, "target")).toList();
    }
    if (inOneFile) {
      throw refused(
          "expected the folders features and labels, or to be told which column answers each step:"
              + " say data.target=NAME or data.target=POSITION; the columns are "
              + labels(features.columns()));
    }
    return answers.columns();
  }

  private static String labels(List<Column> columns) {
    return String.join(", ", columns.stream().map(Column::label).toList());
  }

  private Column column(SequenceTable from, String reference, String key) {
    List<Column> found = from.columns().stream().filter(column -> column.is(reference)).toList();
    if (found.size() != 1) {
      throw refused(
          "data.%s: expected one of the columns %s, by name or position, found %s"
              .formatted(key, labels(from.columns()), CsvRows.shown(reference)));
    }
    return found.get(0);
  }

  private List<Column> inputs(List<Column> targets) {
    List<Column> inputs =
        new ArrayList<>(
            spec.table().columns().isEmpty()
                ? features.columns()
                : spec.table().columns().stream()
                    .map(reference -> column(features, reference, "columns"))
                    .toList());
    spec.table().without().forEach(name -> inputs.remove(column(features, name, "without")));
    inputs.removeAll(targets);
    if (inputs.isEmpty()) {
      throw refused("expected at least one column beside the target, found none");
    }
    inputs.forEach(this::requireThere);
    targets.forEach(this::requireThere);
    return inputs;
  }

  private void requireThere(Column column) {
    if (column.missing() > 0) {
      throw new InputException(
          "%sexpected a value of %s, found none"
              .formatted(column.missingAt().get(0), column.described()));
    }
  }

  /** Whether labels are for steps; they are all of one kind. */
  private boolean answersEachStep() {
    boolean one = true;
    boolean same = true;
    for (int i = 0; i < features.sequences(); i++) {
      one &= answers.length(i) == 1;
      same &= answers.length(i) == features.length(i);
    }
    if (!one && !same) {
      int other =
          IntStream.range(0, features.sequences())
              .filter(i -> answers.length(i) != features.length(i))
              .findFirst()
              .orElseThrow();
      throw new InputException(
          "%s: expected one line, or one for each of the %d steps of its sequence, found %d"
              .formatted(answers.file(other), features.length(other), answers.length(other)));
    }
    return !one;
  }

  private Task task(List<Column> targets) {
    Task.Kind said = spec.table().as();
    boolean isOneHot = targets.size() > 1 && said != Task.Kind.REGRESSION && isOneHot(targets);
    if (isOneHot && said != Task.Kind.BINARY) {
      return new Task(Task.Kind.CLASS, targets.stream().map(Column::label).toList());
    }
    if (said == Task.Kind.CLASS && targets.size() > 1) {
      throw refused(
          "data.as=class: expected one column, or a 1 in one of several, found " + labels(targets));
    }
    Column first = targets.get(0);
    boolean counts = targets.size() == 1 && (first.isText() || first.countsWithoutGap());
    if (said == Task.Kind.CLASS
        || (said == null && (counts || !spec.table().classes().isEmpty()))) {
      List<String> classes = first.classes(spec.table().classes(), this::refused);
      return new Task(Task.Kind.CLASS, classes);
    }
    targets.forEach(Column::requireNumeric);
    if (said == null && targets.size() == 1 && first.isWhole()) {
      throw refused(
          "%s holds whole numbers: say data.as=class if they are classes (and data.classes=N if not all of them occur), data.as=regression if they are amounts"
              .formatted(first.described()));
    }
    return new Task(
        said == Task.Kind.BINARY ? said : Task.Kind.REGRESSION,
        targets.stream().map(Column::label).toList());
  }

  private boolean isOneHot(List<Column> targets) {
    if (!targets.stream().allMatch(Column::isNumeric)) {
      return false;
    }
    for (int row = 0; row < targets.get(0).size(); row++) {
      double sum = 0;
      for (Column column : targets) {
        double value = column.value(row);
        if (value != 0 && value != 1) {
          return false;
        }
        sum += value;
      }
      if (sum != 1) {
        return false;
      }
    }
    return true;
  }

  /** Returns the class of every line of the labels. */
  private int[] labels(List<Column> targets, Task task) {
    if (targets.size() > 1) {
      return IntStream.range(0, targets.get(0).size())
          .map(
              row ->
                  IntStream.range(0, targets.size())
                      .filter(i -> targets.get(i).value(row) == 1)
                      .findFirst()
                      .orElse(0))
          .toArray();
    }
    Column target = targets.get(0);
    return target.labels(task.names(), Split.range(0, target.size()), this::refused);
  }

  /** Returns the answers to all steps, a column for each output. */
  private List<double[]> answer(List<Column> targets, Task task) {
    if (task.kind() != Task.Kind.CLASS) {
      return targets.stream().map(SequenceFolders::numbers).toList();
    }
    int[] labels = labels(targets, task);
    return IntStream.range(0, task.outputs())
        .mapToObj(output -> Arrays.stream(labels).mapToDouble(l -> l == output ? 1 : 0).toArray())
        .toList();
  }

  private static Targets whole(List<Column> targets, Task task, int[] labels) {
    if (task.kind() == Task.Kind.CLASS) {
      return Targets.classes(task, labels);
    }
    int outputs = targets.size();
    double[] values = new double[outputs * targets.get(0).size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = targets.get(i % outputs).value(i / outputs);
    }
    return Targets.numbers(task, values, Tables.ones(outputs));
  }

  private static double[] numbers(Column column) {
    return IntStream.range(0, column.size()).mapToDouble(column::value).toArray();
  }

  private HoldBack parts(int[] labels, int count) {
    if (sets().size() == 2) {
      int train = features.partEnds().get(0);
      return new HoldBack(
          Split.range(0, train),
          Split.range(train, count),
          "train and test are taken as they are: %d and %d sequences"
              .formatted(train, count - train));
    }
    return HoldBack.of(spec.division(), labels, count, path.toString());
  }

  /** Returns columns of numbers as a network reads them. */
  private List<double[]> columns(List<Column> inputs, HoldBack parts) {
    List<double[]> columns = new ArrayList<>();
    List<double[]> numbers = new ArrayList<>();
    boolean whole = true;
    for (Column column : inputs) {
      boolean isCategory =
          column.isText() || spec.table().categories().stream().anyMatch(column::is);
      if (isCategory) {
        columns.addAll(oneHot(column));
      } else {
        column.requireNumeric();
        double[] values = numbers(column);
        columns.add(values);
        numbers.add(values);
        whole &= column.isWhole();
      }
    }
    scale(numbers, whole, parts.train());
    return columns;
  }

  private List<double[]> oneHot(Column column) {
    List<String> categories = column.categories();
    if (categories.size() > MAX_ONE_HOT) {
      throw refused(
          "%s: expected at most %d categories, found %d"
              .formatted(column.described(), MAX_ONE_HOT, categories.size()));
    }
    reading.add(
        "%s is one-hot, %d categories: %s"
            .formatted(column.label(), categories.size(), Tables.shown(categories)));
    int[] indices = column.indicesIn(categories);
    return IntStream.range(0, categories.size())
        .mapToObj(c -> Arrays.stream(indices).mapToDouble(i -> i == c ? 1 : 0).toArray())
        .toList();
  }

  /** Indices and one-hot columns are whole numbers, and left as they are. */
  private void scale(List<double[]> columns, boolean whole, int[] train) {
    @Nullable Scaling said = spec.scaling();
    Scaling scaling =
        said != null ? said : new Scaling(whole ? Scaling.Kind.NONE : Scaling.Kind.STANDARDIZE, 1);
    if (scaling.kind() != Scaling.Kind.NONE) {
      int[] rows = features.rows(train);
      for (double[] column : columns) {
        ColumnScale.of(scaling, Arrays.stream(rows).mapToDouble(row -> column[row]).toArray())
            .apply(column);
      }
    }
    if (!columns.isEmpty()) {
      reading.add(
          switch (scaling.kind()) {
            case NONE ->
                said == null
                    ? "the features are whole numbers, and not scaled"
                    : "the features are not scaled";
            case STANDARDIZE ->
                "the features are standardized by the mean and deviation of the training sequences' steps";
            case MINMAX -> "the features are scaled to 0 … 1 by the training sequences";
            case DIVIDE -> "the features are divided by " + Tables.rounded(scaling.divisor());
          });
    }
  }
}
