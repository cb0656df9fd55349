package dev.lockstep.core.network;

import java.util.List;

/**
 * What happens to gradients between the backward pass and the optimizer besides weight decay, and
 * what biases have of their own. In DL4J's order: clipping, then the terms of L1 and weight decay.
 *
 * @param l1 λ of {@code λ Σ |W|}, added to the loss for every weight tensor
 * @param biasRate what the learning rate is multiplied with for the biases of affine and
 *     convolution layers. DL4J: {@code biasUpdater}
 */
public record Adjustments(double l1, Clipping clipping, double biasRate) {

  /** None at all. */
  public static final Adjustments NONE = new Adjustments(0, new Clipping(Clipping.Kind.NONE, 1), 1);

  public Adjustments {
    Require.nonNegative("l1", l1);
    Require.positive("biasRate", biasRate);
  }

  /**
   * How gradients of affine and convolution layers are kept small. {@code g} is the gradient of the
   * loss alone. DL4J: {@code GradientNormalization}.
   */
  public record Clipping(Kind kind, double threshold) {

    public Clipping {
      Require.positive("threshold", threshold);
    }

    /** What is kept small. */
    public enum Kind {
      NONE("none"),
      /** {@code g = min(max(g, −threshold), threshold)}, each element. */
      ELEMENTS("elements"),
      /** {@code g ·= threshold / ‖g‖} where ‖g‖ of a layer's parameters together is larger. */
      LAYER("layer"),
      /** The same for each parameter. */
      PARAMETER("parameter"),
      /** {@code g /= ‖g‖} of a layer's parameters together; 1e-5 takes the place of 0. */
      UNIT_LAYER("unitLayer"),
      /** The same for each parameter. */
      UNIT_PARAMETER("unitParameter");

      private final String id;

      Kind(String id) {
        this.id = id;
      }

      /** Returns the name in experiment files. */
      public String id() {
        return id;
      }

      /** Returns whether the norm is that of a layer's parameters together. */
      public boolean ofLayer() {
        return List.of(LAYER, UNIT_LAYER).contains(this);
      }
    }
  }
}
