package dev.lockstep.experiments.statistics;

/** From {@code low} to {@code high}, both included. */
public record Interval(double low, double high) {

  /** Returns whether this interval lies wholly inside of ±margin. */
  boolean within(double margin) {
    return low > -margin && high < margin;
  }

  /** Returns whether x is one of the values that the interval leaves possible. */
  public boolean contains(double x) {
    return low <= x && x <= high;
  }
}
