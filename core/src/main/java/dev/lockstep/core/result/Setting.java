package dev.lockstep.core.result;

/**
 * One line of a run's configuration, as each side has it.
 *
 * @param key dotted, as in an experiment file, {@code optimizer.learningRate}
 */
public record Setting(String key, String reference, String candidate) {

  /** Returns whether the two sides are set differently. */
  public boolean differs() {
    return !reference.equals(candidate);
  }
}
