package dev.lockstep.dl4j.open;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;

/** Neighbouring columns of rows: what belongs to one of several inputs or outputs. */
final class Columns {

  private Columns() {}

  /**
   * Returns columns of every row.
   *
   * @param rows samples × …
   * @param from the first column, of a row read as one line of numbers
   * @param part the shape of what is taken of a row
   * @return samples × part
   */
  static Tensor take(Tensor rows, int from, Shape part) {
    int samples = rows.shape().length(0);
    int width = rows.size() / samples;
    Tensor taken = Tensor.zeros(part.batchOf(samples));
    for (int row = 0; row < samples; row++) {
      System.arraycopy(
          rows.data(), row * width + from, taken.data(), row * part.size(), part.size());
    }
    return taken;
  }

  /**
   * Writes columns of some rows.
   *
   * @param part samples × …, as many columns as a sample has numbers
   * @param rows that are written to
   * @param row the first of them
   * @param from the first column
   * @return the column after the last
   */
  static int put(Tensor part, Tensor rows, int row, int from) {
    int samples = part.shape().length(0);
    int own = part.size() / samples;
    int width = rows.size() / rows.shape().length(0);
    for (int i = 0; i < samples; i++) {
      System.arraycopy(part.data(), i * own, rows.data(), (row + i) * width + from, own);
    }
    return from + own;
  }
}
