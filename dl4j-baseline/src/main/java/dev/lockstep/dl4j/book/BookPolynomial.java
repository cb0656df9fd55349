package dev.lockstep.dl4j.book;

import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A rate that falls to 0 in a number of steps, {@code initial·(1 − t/steps)^power}. DL4J's {@code
 * PolySchedule} has a plus there and rises.
 *
 * @param initialValue the rate of the first step
 */
public record BookPolynomial(
    @JsonProperty("initialValue") double initialValue,
    @JsonProperty("steps") int steps,
    @JsonProperty("power") double power)
    implements ISchedule {

  @Override
  public double valueAt(int iteration, int epoch) {
    return iteration >= steps ? 0 : initialValue * Math.pow(1 - (double) iteration / steps, power);
  }

  @Override
  public BookPolynomial clone() {
    return new BookPolynomial(initialValue, steps, power);
  }
}
