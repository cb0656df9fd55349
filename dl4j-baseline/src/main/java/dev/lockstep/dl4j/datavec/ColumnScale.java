package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.data.DataSpec.Scaling;
import java.util.Arrays;

/**
 * How one column is scaled: {@code (x − offset) / divisor}.
 *
 * @param divisor 1 where all training values are the same
 * @param isConstant whether they are
 */
record ColumnScale(double offset, double divisor, boolean isConstant) {

  /**
   * @param scaling any but none
   * @param seen the training rows' values
   */
  static ColumnScale of(Scaling scaling, double[] seen) {
    double offset = 0;
    double divisor = scaling.divisor();
    if (scaling.kind() == Scaling.Kind.STANDARDIZE) {
      double mean = Arrays.stream(seen).average().orElse(0);
      offset = mean;
      divisor =
          Math.sqrt(Arrays.stream(seen).map(v -> (v - mean) * (v - mean)).average().orElse(0));
    } else if (scaling.kind() == Scaling.Kind.MINMAX) {
      offset = Arrays.stream(seen).min().orElse(0);
      divisor = Arrays.stream(seen).max().orElse(0) - offset;
    }
    return new ColumnScale(offset, divisor == 0 ? 1 : divisor, divisor == 0);
  }

  void apply(double[] values) {
    for (int row = 0; row < values.length; row++) {
      values[row] = (values[row] - offset) / divisor;
    }
  }
}
