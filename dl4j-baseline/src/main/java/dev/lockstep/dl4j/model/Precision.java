package dev.lockstep.dl4j.model;

import org.nd4j.linalg.api.buffer.DataType;

/** What Deeplearning4j computes in; its own default is float. */
public enum Precision {
  DOUBLE("double", DataType.DOUBLE),
  FLOAT("float", DataType.FLOAT);

  private final String id;
  private final DataType type;

  Precision(String id, DataType type) {
    this.id = id;
    this.type = type;
  }

  /** Returns the name used in options and reports. */
  public String id() {
    return id;
  }

  /** As the command line's help and completion show it. */
  @Override
  public String toString() {
    return id;
  }

  /** Returns what DL4J calls it. */
  public DataType type() {
    return type;
  }
}
