package dev.lockstep.dl4j.datavec;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names in the order a person counts: {@code 2.png} before {@code 10.png}. */
final class NaturalOrder {

  private static final Pattern PART = Pattern.compile("0*(?<number>[0-9]+)|[^0-9]+");

  /** By numbers where there are numbers, else by characters; names that count alike, as written. */
  static final Comparator<String> NAMES =
      ((Comparator<String>) NaturalOrder::compareParts).thenComparing(Comparator.naturalOrder());

  private NaturalOrder() {}

  private static int compareParts(String one, String other) {
    Matcher left = PART.matcher(one);
    Matcher right = PART.matcher(other);
    while (true) {
      boolean more = left.find();
      if (!right.find()) {
        return more ? 1 : 0;
      }
      if (!more) {
        return -1;
      }
      int difference = comparePart(left, right);
      if (difference != 0) {
        return difference;
      }
    }
  }

  private static int comparePart(Matcher left, Matcher right) {
    String leftNumber = left.group("number");
    String rightNumber = right.group("number");
    if (leftNumber == null || rightNumber == null) {
      return left.group().compareTo(right.group());
    }
    return leftNumber.length() != rightNumber.length()
        ? Integer.compare(leftNumber.length(), rightNumber.length())
        : leftNumber.compareTo(rightNumber);
  }
}
