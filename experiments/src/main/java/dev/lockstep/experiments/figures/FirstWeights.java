package dev.lockstep.experiments.figures;

import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.Figure.Images.Picture;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.wording.Numbers;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The weights of the layer that reads the images, as images: the reference's, the candidate's, and
 * their difference, of the few units that lie furthest apart.
 */
final class FirstWeights {

  /** With more of them a page of images of 28 × 28 would grow past reading. */
  private static final int UNITS = 4;

  private static final int MAX_PIXELS = 4096;

  /** Grey has no more than 256 shades. */
  private static final MathContext DIGITS = new MathContext(3);

  /** Axes of an image: channels, height, width. */
  private static final int IMAGE = 3;

  private FirstWeights() {}

  /**
   * Returns two figures; none where the first layer with weights reads no images, or a side has
   * none.
   *
   * @param image shape of the samples: channels × height × width
   * @param names of the reference and the candidate
   * @param states of both
   */
  static List<Figure> of(
      NetworkSpec network, Shape image, List<String> names, List<ModelState> states) {
    if (image.rank() != IMAGE || network.layers().isEmpty()) {
      return List.of();
    }
    LayerSpec layer = network.layers().get(0);
    String path = layer.name() + "/W";
    Tensor a = states.get(0).tensors().get(path);
    Tensor b = states.get(1).tensors().get(path);
    if (a == null || b == null || !a.shape().equals(b.shape())) {
      return List.of();
    }
    if (layer instanceof LayerSpec.Affine && a.shape().length(0) == image.size()) {
      int units = a.shape().length(1);
      return figures(
          layer.name(),
          names,
          states.get(0).step(),
          image.length(0) * image.length(1),
          image.length(2),
          units,
          (unit, pixel) -> pixel * units + unit,
          a,
          b);
    }
    if (layer instanceof LayerSpec.Convolution) {
      int height = a.shape().length(1) * a.shape().length(2);
      int width = a.shape().length(3);
      return figures(
          layer.name(),
          names,
          states.get(0).step(),
          height,
          width,
          a.shape().length(0),
          (unit, pixel) -> unit * height * width + pixel,
          a,
          b);
    }
    return List.of();
  }

  /** Where a pixel of a unit's image stands among the weights. */
  @FunctionalInterface
  private interface Place {
    int of(int unit, int pixel);
  }

  private static List<Figure> figures(
      String layer,
      List<String> names,
      long step,
      int height,
      int width,
      int units,
      Place place,
      Tensor a,
      Tensor b) {
    int pixels = height * width;
    if (pixels > MAX_PIXELS) {
      return List.of();
    }
    IntToDoubleFunction apart =
        unit ->
            IntStream.range(0, pixels)
                .map(pixel -> place.of(unit, pixel))
                .mapToDouble(at -> Math.abs(a.data()[at] - b.data()[at]))
                .max()
                .orElse(0);
    List<Integer> shown =
        IntStream.range(0, units)
            .boxed()
            .sorted(Comparator.<Integer>comparingDouble(apart::applyAsDouble).reversed())
            .limit(UNITS)
            .toList();
    List<Picture> both = new ArrayList<>();
    for (int side = 0; side < 2; side++) {
      double[] data = (side == 0 ? a : b).data();
      for (int unit : shown) {
        both.add(
            picture(
                "unit %d, %s".formatted(unit, names.get(side)),
                pixels,
                pixel -> data[place.of(unit, pixel)]));
      }
    }
    List<Picture> differences = new ArrayList<>();
    for (int unit : shown) {
      differences.add(
          picture(
              "unit %d, difference".formatted(unit),
              pixels,
              pixel -> b.data()[place.of(unit, pixel)] - a.data()[place.of(unit, pixel)]));
    }
    double largest = shown.stream().mapToDouble(apart::applyAsDouble).max().orElse(0);
    String when = "after step " + Numbers.count(step);
    Figure weights =
        new Figure.Images(
            Figure.WEIGHTS + layer,
            "Weights of %s as images, %s".formatted(layer, when),
            "The units of %s whose weights lie furthest apart; the smallest weight black, the largest white."
                .formatted(layer),
            width,
            height,
            shown.size(),
            Arrays.stream(a.data()).min().orElse(0),
            Arrays.stream(a.data()).max().orElse(0),
            both);
    if (!(largest > 0)) {
      return List.of(weights);
    }
    return List.of(
        weights,
        new Figure.Images(
            Figure.WEIGHTS + "difference-" + layer,
            "Difference of the weights of %s, %s".formatted(layer, when),
            "%s less %s: grey is no difference, black %s, white +%s."
                .formatted(
                    names.get(1),
                    names.get(0),
                    Numbers.rounded(-largest),
                    Numbers.rounded(largest)),
            width,
            height,
            shown.size(),
            -largest,
            largest,
            differences));
  }

  private static Picture picture(String label, int pixels, IntToDoubleFunction value) {
    return new Picture(
        label,
        IntStream.range(0, pixels).mapToObj(pixel -> rounded(value.applyAsDouble(pixel))).toList());
  }

  private static double rounded(double value) {
    return Double.isFinite(value) ? new BigDecimal(value).round(DIGITS).doubleValue() : value;
  }
}
