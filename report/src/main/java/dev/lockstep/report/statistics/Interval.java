package dev.lockstep.report.statistics;

/** From {@code low} to {@code high}, both included. */
public record Interval(double low, double high) {

  /** Returns whether this interval lies wholly inside of ±margin. */
  boolean within(double margin) {
    return low > -margin && high < margin;
  }

  /** Returns whether a number lies within, bounds included. */
  public boolean contains(double x) {
    return low <= x && x <= high;
  }
}
