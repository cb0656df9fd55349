package dev.lockstep.core.observation;

/** The two ways in which an observed step is read. */
public enum Reading {
  /** Both sides run free from the first step on: what a user of either would get. */
  ACCUMULATED("accumulated"),
  /**
   * Before the step the candidate takes over the reference's whole state: the step answers for
   * itself alone.
   */
  LOCAL("local");

  private final String id;

  Reading(String id) {
    this.id = id;
  }

  /** Returns the name used in reports. */
  public String id() {
    return id;
  }
}
