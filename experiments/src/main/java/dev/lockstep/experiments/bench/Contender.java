package dev.lockstep.experiments.bench;

import dev.lockstep.dl4j.model.Precision;
import java.util.Arrays;
import java.util.Locale;

/** What is measured, each in a process of its own. */
public enum Contender {
  /** By hand, with the fastest BLAS there is. */
  SCRATCH("scratch", Precision.DOUBLE),
  /** By hand, learning by central differences. */
  NUMERICAL("scratch-numerical", Precision.DOUBLE),
  DL4J("dl4j", Precision.DOUBLE),
  DL4J_FLOAT("dl4j", Precision.FLOAT),
  NUMPY("numpy", Precision.DOUBLE),
  PYTORCH("pytorch", Precision.DOUBLE),
  PYTORCH_FLOAT("pytorch", Precision.FLOAT),
  /** The matrix products of a step and nothing else. */
  LIMIT("limit", Precision.DOUBLE);

  private final String side;
  private final Precision precision;

  Contender(String side, Precision precision) {
    this.side = side;
    this.precision = precision;
  }

  /** Returns the name that tables and JSON have, without the precision. */
  public String side() {
    return side;
  }

  Precision precision() {
    return precision;
  }

  /** Returns {@code double} or {@code float}. */
  public String precisionId() {
    return precision.name().toLowerCase(Locale.ROOT);
  }

  /** Returns whether this is a script for Python. */
  boolean isPeer() {
    return this == NUMPY || this == PYTORCH || this == PYTORCH_FLOAT;
  }

  /** Returns whether it runs on code that the JVM compiles the better the longer it runs. */
  boolean warmsUp() {
    return !isPeer() && this != LIMIT;
  }

  /** Returns the scripts for Python. */
  static Contender[] peers() {
    return Arrays.stream(values()).filter(Contender::isPeer).toArray(Contender[]::new);
  }

  @Override
  public String toString() {
    return side + (precision == Precision.FLOAT ? " in float" : "");
  }
}
