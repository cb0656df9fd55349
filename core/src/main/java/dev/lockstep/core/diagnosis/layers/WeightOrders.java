package dev.lockstep.core.diagnosis.layers;

import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** Orders, other than the right one, in which a layer may read its weights. */
final class WeightOrders {

  private WeightOrders() {}

  /**
   * Returns by what is done the position in the flattened weights that is read for each position.
   *
   * @param w shape of the weights
   * @param input shape of what the layer reads, of one sample
   */
  static Map<String, int[]> of(LayerSpec layer, Shape w, Shape input) {
    Map<String, int[]> orders = new LinkedHashMap<>();
    if (layer instanceof LayerSpec.Affine) {
      int in = w.length(0);
      int out = w.length(1);
      orders.put(
          "its weights are read as outputs × inputs, in another layout",
          order(w, i -> i % out * in + i / out));
      if (input.rank() == 3 && input.length(0) > 1) {
        int channels = input.length(0);
        int area = in / channels;
        orders.put(
            "its input is flattened with the channels last (height, width, channel)",
            order(w, i -> (i / out % area * channels + i / out / area) * out + i % out));
      }
    } else if (layer instanceof LayerSpec.Convolution) {
      int channels = w.length(1);
      int rows = w.length(2);
      int columns = w.length(3);
      int area = rows * columns;
      orders.put(
          "its kernels are turned by 180 degrees: a convolution in place of a cross-correlation",
          order(w, i -> i - i % area + area - 1 - i % area));
      if (rows == columns && rows > 1) {
        orders.put(
            "rows and columns of its kernels are exchanged",
            order(w, i -> i - i % area + i % area % columns * columns + i % area / columns));
      }
      orders.put(
          "its kernels are mirrored", order(w, i -> i - i % columns + columns - 1 - i % columns));
      if (channels > 1) {
        orders.put(
            "the channels of its kernels are read in reverse order",
            order(
                w,
                i ->
                    (i / area / channels * channels + channels - 1 - i / area % channels) * area
                        + i % area));
        orders.put(
            "each channel is read with the first channel's kernel",
            order(w, i -> i / area / channels * channels * area + i % area));
      }
    }
    return orders;
  }

  private static int[] order(Shape shape, IntUnaryOperator from) {
    int[] order = new int[shape.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = from.applyAsInt(i);
    }
    return order;
  }
}
