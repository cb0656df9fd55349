package dev.lockstep.core.rounding;

/**
 * How far two sides may lie apart that are known not to compute the same thing, such as the
 * gradient by differences and by backpropagation. It is declared before a run, not measured.
 *
 * @param parameters for every tensor, relative to max(1, its largest magnitude)
 * @param accuracy as a share
 */
public record DeclaredTolerance(double parameters, double accuracy) {

  public DeclaredTolerance {
    requirePositive("parameters", parameters);
    requirePositive("accuracy", accuracy);
  }

  private static void requirePositive(String name, double value) {
    if (!(value > 0)) {
      throw new IllegalArgumentException(name + ": expected a number above 0, found " + value);
    }
  }
}
