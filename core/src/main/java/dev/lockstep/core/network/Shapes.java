package dev.lockstep.core.network;

import dev.lockstep.core.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Follows the shape of one sample through a network. */
final class Shapes {

  /** Told of every layer, those of branches before the branches themselves. */
  interface Visitor {
    void layer(LayerSpec layer, Shape in, Shape out);
  }

  private Shapes() {}

  /**
   * @return the shape after the last layer
   * @throws LayerException if a layer does not fit
   */
  static Shape follow(Shape input, List<LayerSpec> layers, Visitor visitor) {
    Shape shape = input;
    for (LayerSpec layer : layers) {
      Shape out = after(layer, shape, visitor);
      visitor.layer(layer, shape, out);
      shape = out;
    }
    return shape;
  }

  private static Shape after(LayerSpec layer, Shape in, Visitor visitor) {
    if (layer instanceof LayerSpec.Affine affine) {
      requireSize(layer, (double) in.size() * affine.units());
      return Shape.of(affine.units());
    } else if (layer instanceof LayerSpec.Convolution conv) {
      requireImage(layer, in);
      requireSize(
          layer, (double) conv.filters() * in.length(0) * conv.kernelHeight() * conv.kernelWidth());
      return window(
          layer,
          in,
          conv.filters(),
          conv.kernelHeight(),
          conv.kernelWidth(),
          conv.stride(),
          conv.pad());
    } else if (layer instanceof LayerSpec.Pooling pool) {
      requireImage(layer, in);
      return window(
          layer, in, in.length(0), pool.height(), pool.width(), pool.stride(), pool.pad());
    } else if (layer instanceof LayerSpec.Branches branches) {
      return join(branches, in, visitor);
    } else if (layer instanceof LayerSpec.BatchNormalization norm && norm.perChannel()) {
      requireImage(layer, in);
    }
    return in;
  }

  private static Shape window(
      LayerSpec layer, Shape in, int channels, int height, int width, int stride, int pad) {
    long paddedHeight = in.length(1) + 2L * pad;
    long paddedWidth = in.length(2) + 2L * pad;
    if (height > paddedHeight || width > paddedWidth) {
      throw new LayerException(
          layer.name(),
          "a window of %d×%d does not fit an input of %s with pad %d"
              .formatted(height, width, in, pad));
    }
    long outHeight = (paddedHeight - height) / stride + 1;
    long outWidth = (paddedWidth - width) / stride + 1;
    requireSize(layer, (double) channels * outHeight * outWidth);
    return Shape.of(channels, (int) outHeight, (int) outWidth);
  }

  private static Shape join(LayerSpec.Branches layer, Shape in, Visitor visitor) {
    List<Shape> outs = new ArrayList<>();
    for (List<LayerSpec> branch : layer.branches()) {
      outs.add(follow(in, branch, visitor));
    }
    Shape first = outs.get(0);
    int joined = 0;
    for (Shape out : outs) {
      boolean fits =
          layer.join() == LayerSpec.Join.SUM
              ? out.equals(first)
              : out.rank() == first.rank() && out.sample().equals(first.sample());
      if (!fits) {
        throw new LayerException(
            layer.name(),
            "branches that are joined by %s need equal shapes%s, found %s"
                .formatted(
                    layer.join() == LayerSpec.Join.SUM ? "sum" : "concatenation",
                    layer.join() == LayerSpec.Join.SUM ? "" : " but for the first axis",
                    outs));
      }
      joined += out.length(0);
    }
    if (layer.join() == LayerSpec.Join.SUM) {
      return first;
    }
    int[] lengths = first.toArray();
    lengths[0] = joined;
    return Shape.of(lengths);
  }

  private static void requireImage(LayerSpec layer, Shape in) {
    if (in.rank() != 3) {
      throw new LayerException(
          layer.name(), "expected an input of channels×height×width, found " + in);
    }
  }

  private static void requireSize(LayerSpec layer, double size) {
    if (size > Integer.MAX_VALUE) {
      throw new LayerException(
          layer.name(),
          "a tensor holds at most 2^31 - 1 elements, this one would hold about %.3g"
              .formatted(size));
    }
  }
}
