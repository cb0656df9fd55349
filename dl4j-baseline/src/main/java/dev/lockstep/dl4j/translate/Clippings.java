package dev.lockstep.dl4j.translate;

import dev.lockstep.core.network.Adjustments.Clipping;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.GradientNormalization;

/** How gradients are kept small, as DL4J's {@link GradientNormalization}, and back. */
public final class Clippings {

  private static final Map<Clipping.Kind, GradientNormalization> NAMES =
      Map.of(
          Clipping.Kind.NONE, GradientNormalization.None,
          Clipping.Kind.ELEMENTS, GradientNormalization.ClipElementWiseAbsoluteValue,
          Clipping.Kind.LAYER, GradientNormalization.ClipL2PerLayer,
          Clipping.Kind.PARAMETER, GradientNormalization.ClipL2PerParamType,
          Clipping.Kind.UNIT_LAYER, GradientNormalization.RenormalizeL2PerLayer,
          Clipping.Kind.UNIT_PARAMETER, GradientNormalization.RenormalizeL2PerParamType);

  private Clippings() {}

  static GradientNormalization of(Clipping clipping) {
    return Objects.requireNonNull(NAMES.get(clipping.kind()));
  }

  /** Returns the clipping that a layer of DL4J has; the unit norms have no threshold. */
  public static Clipping read(GradientNormalization normalization, double threshold) {
    Clipping.Kind kind =
        NAMES.entrySet().stream()
            .filter(entry -> entry.getValue() == normalization)
            .findFirst()
            .orElseThrow()
            .getKey();
    return new Clipping(
        kind,
        switch (kind) {
          case NONE, UNIT_LAYER, UNIT_PARAMETER -> 1;
          case ELEMENTS, LAYER, PARAMETER -> threshold;
        });
  }
}
