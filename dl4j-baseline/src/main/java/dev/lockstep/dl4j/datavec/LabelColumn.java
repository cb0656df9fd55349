package dev.lockstep.dl4j.datavec;

/** Which column of a CSV file holds the label. */
public enum LabelColumn {
  /**
   * Told from the file: from the header where it names one, else the one of the two outer columns
   * whose values vary as only labels do (the corner of a digit's image is empty).
   */
  DETECT,
  FIRST,
  LAST
}
