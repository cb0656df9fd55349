package dev.lockstep.scratch.layers;

import dev.lockstep.core.network.Adjustments;
import java.util.List;

/**
 * Keeps the gradients of a layer small (Pascanu et al. 2013), before weight decay is added to them.
 *
 * <pre>
 * elements:   g = min(max(g, −threshold), threshold)
 * norm:       g ·= threshold / ‖g‖    where ‖g‖ &gt; threshold
 * unit norm:  g /= ‖g‖                by 1e-5 where ‖g‖ is 0
 * </pre>
 *
 * <p>‖g‖ is the square root of the sum of squares, of each parameter or of all of a layer together.
 * DL4J: {@code GradientNormalization}.
 */
public final class Clipping {

  /** None. */
  public static final Clipping NONE = new Clipping(Adjustments.NONE.clipping());

  /** DL4J divides a gradient of 0 by it. */
  private static final double OF_ZERO = 1e-5;

  private final Adjustments.Clipping spec;

  public Clipping(Adjustments.Clipping spec) {
    this.spec = spec;
  }

  /** Changes the gradients of one layer. */
  void apply(List<Parameter> parameters) {
    if (spec.kind().ofLayer()) {
      scale(parameters);
      return;
    }
    for (Parameter parameter : parameters) {
      switch (spec.kind()) {
        case ELEMENTS -> clip(parameter.gradient().data());
        case PARAMETER, UNIT_PARAMETER -> scale(List.of(parameter));
        case NONE, LAYER, UNIT_LAYER -> {}
      }
    }
  }

  private void clip(double[] g) {
    for (int i = 0; i < g.length; i++) {
      g[i] = Math.min(Math.max(g[i], -spec.threshold()), spec.threshold());
    }
  }

  private void scale(List<Parameter> parameters) {
    double squares = 0;
    for (Parameter parameter : parameters) {
      for (double g : parameter.gradient().data()) {
        squares += g * g;
      }
    }
    double factor = factor(Math.sqrt(squares));
    if (factor == 1) {
      return;
    }
    for (Parameter parameter : parameters) {
      double[] g = parameter.gradient().data();
      for (int i = 0; i < g.length; i++) {
        g[i] *= factor;
      }
    }
  }

  private double factor(double norm) {
    boolean unit =
        spec.kind() == Adjustments.Clipping.Kind.UNIT_LAYER
            || spec.kind() == Adjustments.Clipping.Kind.UNIT_PARAMETER;
    if (unit) {
      return 1 / (norm == 0 ? OF_ZERO : norm);
    }
    return norm > spec.threshold() ? spec.threshold() / norm : 1;
  }
}
