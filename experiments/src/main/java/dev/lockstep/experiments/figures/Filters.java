package dev.lockstep.experiments.figures;

import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.wording.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The filters of the first convolution as pictures (section 7.6). */
final class Filters {

  private static final int COLUMNS = 10;

  private Filters() {}

  /** Returns two figures, before and after; none where the network has no convolution. */
  static List<Figure> of(NetworkSpec network, String side, ModelState before, ModelState after) {
    Optional<String> first =
        network.allLayers().stream()
            .filter(LayerSpec.Convolution.class::isInstance)
            .map(layer -> layer.name() + "/W")
            .findFirst();
    return first
        .map(
            path ->
                List.of(
                    figure("filters-before", "before training", side, before.tensor(path)),
                    figure(
                        "filters-after",
                        "after step " + Numbers.count(after.step()),
                        side,
                        after.tensor(path))))
        .orElse(List.of());
  }

  /**
   * @param weights filters × channels × height × width
   */
  private static Figure figure(String id, String when, String side, Tensor weights) {
    int channels = weights.shape().length(1);
    int height = weights.shape().length(2);
    int width = weights.shape().length(3);
    List<Figure.Images.Picture> pictures = new ArrayList<>();
    for (int filter = 0; filter < weights.shape().length(0); filter++) {
      for (int channel = 0; channel < channels; channel++) {
        int from = (filter * channels + channel) * height * width;
        pictures.add(
            new Figure.Images.Picture(
                channels == 1
                    ? Integer.toString(filter + 1)
                    : "%d, channel %d".formatted(filter + 1, channel + 1),
                Arrays.stream(weights.data(), from, from + height * width).boxed().toList()));
      }
    }
    return new Figure.Images(
        id,
        "Filters of the first convolution, " + when,
        "The weights of %s, the smallest of all filters black, the largest white.".formatted(side),
        width,
        height,
        COLUMNS,
        Arrays.stream(weights.data()).min().orElse(0),
        Arrays.stream(weights.data()).max().orElse(0),
        pictures);
  }
}
