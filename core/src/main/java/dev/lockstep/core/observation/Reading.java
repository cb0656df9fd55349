package dev.lockstep.core.observation;

/** The ways in which an observed step is compared. */
public enum Reading {
  /**
   * Each layer, the loss and each update by itself: the reference computes it from the candidate's
   * own tensors.
   */
  SINGLE_LAYER("single-layer"),
  /** The reference takes over the candidate's whole state and takes the same step. */
  SINGLE_STEP("single-step"),
  /**
   * The steps between two observed ones: the reference runs on from the candidate's state after the
   * first.
   */
  SEGMENT("segment"),
  /** Both sides run on from their common start: what a user of either would get. */
  FREE_RUNNING("free-running");

  private final String id;

  Reading(String id) {
    this.id = id;
  }

  /** Returns the name used in reports. */
  public String id() {
    return id;
  }
}
