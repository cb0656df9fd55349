package dev.lockstep.experiments.faults.detection;

/** The ways in which a fault can come to light, beside the comparison that follows every step. */
public enum Detector {
  /** Outputs, loss and prediction of the first step lie further apart than rounding explains. */
  FIRST_FORWARD("forward"),
  /** Gradients of the first step do. */
  FIRST_GRADIENTS("gradients"),
  /** Parameters, optimizer state or running statistics do after one of the first three steps. */
  FIRST_PARAMETERS("parameters"),
  /** The loss, averaged over ten steps, differs by more than one percent. */
  LOSS_CURVE("loss curve"),
  /** The accuracy after the last step differs by more than seeds explain. */
  FINAL_ACCURACY("accuracy");

  private final String title;

  Detector(String title) {
    this.title = title;
  }

  /** Returns the head of its column. */
  public String title() {
    return title;
  }
}
