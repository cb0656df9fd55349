package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Which class the images of a folder belong to.
 *
 * <p>The classes count the folders in the order of their names. Only of digits a folder's class is
 * its number, if all folders are named by whole numbers, and there are at least ten.
 */
final class FolderLabels {

  /** More than any set of images has. */
  static final int MAX_CLASSES = 10_000;

  private final List<String> names = new ArrayList<>();
  private final Map<String, Integer> classes = new LinkedHashMap<>();

  /**
   * @param source for messages
   * @throws InputException if there are too many classes
   */
  FolderLabels(String source, Collection<String> folders, boolean digits) {
    TreeSet<String> sorted = new TreeSet<>(NaturalOrder.NAMES);
    sorted.addAll(folders);
    if (digits && sorted.stream().allMatch(FolderLabels::isNumber)) {
      sorted.forEach(folder -> classes.put(folder, Integer.parseInt(folder)));
      int largest = classes.values().stream().mapToInt(Integer::intValue).max().orElse(0);
      IntStream.range(0, Math.max(Digits.FEWEST_CLASSES, largest + 1))
          .mapToObj(Integer::toString)
          .forEach(names::add);
    } else {
      sorted.forEach(folder -> classes.put(folder, classes.size()));
      names.addAll(sorted);
    }
    if (names.size() > MAX_CLASSES) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: expected folders of at most %d classes, found %d",
              source,
              MAX_CLASSES,
              names.size()));
    }
  }

  private static boolean isNumber(String folder) {
    return folder.matches("[0-9]{1,3}");
  }

  /** Returns a name for every class. */
  List<String> names() {
    return names;
  }

  int classOf(String folder) {
    Integer label = classes.get(folder);
    if (label == null) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: expected a folder named by one of the labels %s",
              folder,
              classes.keySet()));
    }
    return label;
  }
}
