package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.Task;
import java.nio.file.Path;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Which class a label that is a number stands for.
 *
 * @param first the label of the first class
 * @param names of the classes
 */
record ClassNumbers(int first, List<String> names) {

  /**
   * Counts from 0, or from 1 where no label is 0, to the largest label; or as many as are said.
   *
   * @throws InputException if a label is beyond what was said
   */
  static ClassNumbers of(IntStream labels, DataSpec spec, Path path) {
    IntSummaryStatistics found = labels.summaryStatistics();
    int first = found.getMin() == 0 ? 0 : 1;
    List<String> said = spec.table().classes();
    if (said.isEmpty()) {
      return new ClassNumbers(
          first, IntStream.rangeClosed(first, found.getMax()).mapToObj(Integer::toString).toList());
    }
    List<String> names =
        said.size() == 1 && said.get(0).matches("\\d{1,3}")
            ? IntStream.range(0, Integer.parseInt(said.get(0))).mapToObj(Integer::toString).toList()
            : said;
    int from = said.size() == 1 || found.getMax() < names.size() ? 0 : first;
    if (found.getMax() - from >= names.size()) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: data.classes: expected a class for every label, found the label %d and %d classes",
              path,
              found.getMax(),
              names.size()));
    }
    return new ClassNumbers(from, names);
  }

  Task task() {
    return new Task(Task.Kind.CLASS, names);
  }

  int classOf(int label) {
    return label - first;
  }

  String statement() {
    return String.format(
        Locale.ROOT,
        "%d classes, %s to %s",
        names.size(),
        names.get(0),
        names.get(names.size() - 1));
  }
}
