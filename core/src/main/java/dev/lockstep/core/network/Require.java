package dev.lockstep.core.network;

import dev.lockstep.core.tensor.Shape;

/** Checks on the numbers of a specification; each message names the value and the range. */
final class Require {

  private Require() {}

  static void positive(String name, double value) {
    check(value > 0 && Double.isFinite(value), name, "a number above 0", value);
  }

  static void nonNegative(String name, double value) {
    check(value >= 0 && Double.isFinite(value), name, "a number not below 0", value);
  }

  static void atLeastOne(String name, int value) {
    check(value >= 1, name, "a whole number of at least 1", value);
  }

  /** A share of a whole: 0 is allowed, 1 is not. */
  static void share(String name, double value) {
    check(value >= 0 && value < 1, name, "a number of at least 0 and below 1", value);
  }

  private static void check(boolean holds, String name, String expected, Number found) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": expected " + expected + ", found " + found);
    }
  }

  /** A layer that takes images only. */
  static void image(String layer, Shape in) {
    if (in.rank() != 3) {
      throw new LayerException(layer, "expected an input of channels×height×width, found " + in);
    }
  }

  /** A tensor is an array of Java. */
  static void size(String layer, double size) {
    if (size > Integer.MAX_VALUE) {
      throw new LayerException(
          layer,
          "a tensor holds at most 2^31 - 1 elements, this one would hold about %.3g"
              .formatted(size));
    }
  }
}
