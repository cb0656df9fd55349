package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One column of a table as it is read: numbers, texts, or both until it is known which. */
final class Column {

  /** More different texts are no categories. */
  static final int MAX_CATEGORIES = 1000;

  /** Fewer rows may count up by chance. */
  private static final int FEWEST_NUMBERED = 10;

  /** Lines that a message names. */
  private static final int MOST_NAMED = 5;

  private static final Set<String> MISSING = Set.of("", "na", "n/a", "nan", "null", "none", "?");

  private final int position;
  private final boolean decimalComma;
  private String name;
  private double[] values = new double[64];
  private int[] codes = new int[64];
  private final Map<String, Integer> texts = new LinkedHashMap<>();
  private boolean tooManyTexts;
  private int size;
  private int numbers;
  private int missing;
  private @Nullable String firstText;
  private String firstTextAt = "";
  private final List<String> missingAt = new ArrayList<>();

  /**
   * @param position from 1
   */
  Column(int position, boolean decimalComma) {
    this.position = position;
    this.decimalComma = decimalComma;
    this.name = "";
  }

  void name(String header) {
    name = header;
  }

  int position() {
    return position;
  }

  String name() {
    return name;
  }

  /** Returns what a reader calls it. */
  String label() {
    return name.isEmpty() ? "column " + position : name;
  }

  /** Returns its name in a message, with its position. */
  String described() {
    return name.isEmpty() ? label() : "column %d (%s)".formatted(position, name);
  }

  /** Returns what a reader calls it, with a value where a comma in it may tell why it is a text. */
  String withExample() {
    return firstText == null ? label() : label() + " (as " + CsvRows.shown(firstText) + ")";
  }

  /** Returns whether every value is one more than the one above it. */
  boolean numbersItsRows() {
    return isNumeric()
        && missing == 0
        && size >= FEWEST_NUMBERED
        && IntStream.range(1, size).allMatch(row -> values[row] == values[row - 1] + 1);
  }

  boolean is(String reference) {
    return reference.equals(name)
        || (reference.matches("\\d{1,6}") && position == number(reference));
  }

  private static int number(String text) {
    return Integer.parseInt(text);
  }

  static boolean isMissing(String cell) {
    return MISSING.contains(cell.toLowerCase(Locale.ROOT));
  }

  /**
   * @param at how a message about the cell begins, with file and line
   */
  void add(String cell, String at) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
      codes = Arrays.copyOf(codes, 2 * size);
    }
    if (isMissing(cell)) {
      missing++;
      if (missingAt.size() < MOST_NAMED) {
        missingAt.add(at);
      }
      values[size] = Double.NaN;
      codes[size] = -1;
    } else {
      double value = number(cell, decimalComma);
      values[size] = value;
      if (Double.isNaN(value)) {
        if (firstText == null) {
          firstText = cell;
          firstTextAt = at;
        }
      } else {
        numbers++;
      }
      codes[size] = tooManyTexts ? 0 : code(cell);
    }
    size++;
  }

  private int code(String cell) {
    Integer known = texts.get(cell);
    if (known != null) {
      return known;
    }
    if (texts.size() == MAX_CATEGORIES) {
      tooManyTexts = true;
      return 0;
    }
    texts.put(cell, texts.size());
    return texts.size() - 1;
  }

  /** Returns a number in plain digits, NaN for anything else. */
  static double number(String cell, boolean decimalComma) {
    String text = decimalComma ? cell.replace(',', '.') : cell;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
        return Double.NaN;
      }
    }
    try {
      double value = Double.parseDouble(text);
      return Double.isInfinite(value) ? Double.NaN : value;
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  boolean isEmpty() {
    return missing == size;
  }

  /** Returns whether every value that is there is a number. */
  boolean isNumeric() {
    return numbers == size - missing && numbers > 0;
  }

  /** Returns whether no value is a number. */
  boolean isText() {
    return numbers == 0 && missing < size;
  }

  boolean isMissing(int row) {
    return codes[row] < 0;
  }

  /** Returns the number of rows. */
  int size() {
    return size;
  }

  int missing() {
    return missing;
  }

  List<String> missingAt() {
    return missingAt;
  }

  boolean hasText(String text) {
    return texts.containsKey(text);
  }

  double value(int row) {
    return values[row];
  }

  /**
   * @throws InputException if some values are no numbers, naming the first
   */
  void requireNumeric() {
    if (firstText != null) {
      throw new InputException(
          "%s%s: expected a number, found %s; if its values are categories, name it under data.categories%s"
              .formatted(
                  firstTextAt,
                  described(),
                  CsvRows.shown(firstText),
                  firstText.matches("[-+]?\\d+,\\d+")
                      ? "; if a comma stands before the decimals, say data.decimal=comma"
                      : ""));
    }
  }

  /** Returns whether the values are whole numbers that count from 0 or 1 without a gap. */
  boolean countsWithoutGap() {
    if (!isNumeric() || tooManyTexts) {
      return false;
    }
    double[] distinct = distinct();
    double first = distinct[0];
    return distinct.length > 1
        && (first == 0 || first == 1)
        && distinct[distinct.length - 1] == first + distinct.length - 1
        && Arrays.stream(distinct).allMatch(value -> value == Math.rint(value));
  }

  boolean isWhole() {
    return isNumeric()
        && IntStream.range(0, size)
            .allMatch(row -> isMissing(row) || values[row] == Math.rint(values[row]));
  }

  /** Returns the different numbers in order. */
  private double[] distinct() {
    return texts.keySet().stream()
        .mapToDouble(text -> number(text, decimalComma))
        .distinct()
        .sorted()
        .toArray();
  }

  /**
   * Returns the categories in order: numbers by size, texts by name.
   *
   * @throws InputException if there are too many
   */
  List<String> categories() {
    if (tooManyTexts) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: expected at most %d different categories, found more; leave it out by data.without",
              described(),
              MAX_CATEGORIES));
    }
    if (!isNumeric()) {
      return List.copyOf(new TreeSet<>(texts.keySet()));
    }
    Map<Double, String> byValue = new TreeMap<>();
    texts.keySet().forEach(text -> byValue.putIfAbsent(number(text, decimalComma), text));
    return List.copyOf(byValue.values());
  }

  /** Returns which of the given categories a row has, −1 if none. */
  int[] indicesIn(List<String> categories) {
    Map<String, Integer> byText = new LinkedHashMap<>();
    for (int i = 0; i < categories.size(); i++) {
      byText.put(categories.get(i), i);
    }
    int[] byCode = new int[texts.size()];
    texts.forEach(
        (text, code) -> {
          Integer index = byText.get(text);
          if (index == null && isNumeric()) { // 1 and 1.0 are one category
            double value = number(text, decimalComma);
            index =
                categories.stream()
                    .filter(category -> number(category, decimalComma) == value)
                    .findFirst()
                    .map(byText::get)
                    .orElse(null);
          }
          byCode[code] = index == null ? -1 : index;
        });
    return IntStream.range(0, size).map(row -> codes[row] < 0 ? -1 : byCode[codes[row]]).toArray();
  }

  /**
   * Returns the classes that this column tells apart.
   *
   * @param said by the user, or how many there are; empty: those that occur
   * @param refused makes an exception of a message
   */
  List<String> classes(List<String> said, Function<String, InputException> refused) {
    List<String> classes = said.isEmpty() ? categories() : said;
    if (said.size() == 1 && said.get(0).matches("\\d{1,4}")) {
      int count = Integer.parseInt(said.get(0));
      classes = IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }
    if (classes.size() < 2) {
      throw refused.apply(
          "%s: expected at least two classes, found %s".formatted(described(), classes));
    }
    return classes;
  }

  /**
   * Returns which of the classes some rows have.
   *
   * @param refused makes an exception of a message
   */
  int[] labels(List<String> classes, int[] rows, Function<String, InputException> refused) {
    int[] all = indicesIn(classes);
    int[] labels = IntStream.of(rows).map(row -> all[row]).toArray();
    if (IntStream.of(labels).anyMatch(label -> label < 0)) {
      throw refused.apply(
          "data.classes: expected every class of %s among %s, found %s"
              .formatted(described(), classes, categories()));
    }
    return labels;
  }
}
