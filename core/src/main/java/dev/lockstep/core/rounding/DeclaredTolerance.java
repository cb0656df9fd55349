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
    if (!(parameters > 0) || !(accuracy > 0)) {
      throw new IllegalArgumentException(
          "expected tolerances above 0, found %s and %s".formatted(parameters, accuracy));
    }
  }
}
