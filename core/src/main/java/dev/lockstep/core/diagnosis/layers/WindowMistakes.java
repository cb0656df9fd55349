package dev.lockstep.core.diagnosis.layers;

import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Map;
import java.util.Set;

/** Convolution and pooling with windows or borders of another kind. */
final class WindowMistakes {

  /** Multiplications that a loop over windows may cost. */
  static final long AFFORDABLE = 200_000_000;

  private WindowMistakes() {}

  static void convolution(
      Look first, Judged judged, LayerSpec.Convolution layer, Recomputed recomputed) {
    Tensor x = first.input(layer.name());
    Tensor w = first.before(layer.name() + "/W");
    Tensor b = first.before(layer.name() + "/b");
    if (!layer.window().isPlain()
        || layer.window().pad() == 0
        || x == null
        || w == null
        || b == null
        || (long) judged.candidate().size() * (w.size() / b.size()) > AFFORDABLE) {
      return;
    }
    for (Patches.Border border : Patches.Border.values()) {
      if (border == Patches.Border.ZERO || border == Patches.Border.NONE) {
        continue;
      }
      recomputed.add(
          "beyond the image's border its windows see %s in place of zeros".formatted(border.text()),
          layer,
          read -> {
            Tensor kernels = read.look().before(read.layer() + "/W");
            Tensor bias = read.look().before(read.layer() + "/b");
            return kernels == null || bias == null
                ? null
                : patches(read, border, read.right())
                    .convolved(read.input().data(), kernels.data(), bias.data());
          },
          (read, y, dout) -> {
            Tensor kernels = read.look().before(read.layer() + "/W");
            return kernels == null
                ? null
                : patches(read, border, y)
                    .convolvedBack(
                        dout.data(),
                        kernels.data(),
                        y.shape().length(1),
                        read.input().shape().length(0));
          },
          Map.of(
              "W",
              (read, y, dout) ->
                  Numbers.plus(
                      patches(read, border, y)
                          .kernelGradient(read.input().data(), dout.data(), y.shape().length(1)),
                      1,
                      LayerMistakes.decay(read.look(), read.layer() + "/W"))));
    }
  }

  private static Patches patches(Recomputed.Reading read, Patches.Border border, Tensor out) {
    LayerSpec.Convolution layer =
        (LayerSpec.Convolution) read.look().layer(read.layer()).orElseThrow();
    return patches(layer.window(), border, read.input(), out.shape());
  }

  static void pooling(Judged judged, LayerSpec.Pooling layer, Recomputed recomputed) {
    Window window = layer.window();
    if (!window.isPlain()) {
      return;
    }
    Shape out = judged.candidate().shape();
    if (layer.type() == LayerSpec.PoolingType.MAX) {
      if (window.pad() > 0) {
        pooling(
            "it leaves the padding out of the maximum",
            layer,
            window,
            Patches.Border.NONE,
            Patches.Taken.LARGEST,
            out,
            recomputed);
      }
      pooling(
          "its maximum starts at 0: no number below 0 is found",
          layer,
          window,
          Patches.Border.ZERO,
          Patches.Taken.LARGEST_FROM_ZERO,
          out,
          recomputed);
      pooling(
          "it takes the element furthest from 0",
          layer,
          window,
          Patches.Border.ZERO,
          Patches.Taken.LARGEST_MAGNITUDE,
          out,
          recomputed);
      if (window.height() > 1 && window.width() > 1) {
        Window smaller = smaller(window, window.height() - 1, window.width());
        pooling(
            "its windows are a row smaller",
            layer,
            smaller,
            Patches.Border.ZERO,
            Patches.Taken.LARGEST,
            out,
            recomputed);
        smaller = smaller(window, window.height(), window.width() - 1);
        pooling(
            "its windows are a column smaller",
            layer,
            smaller,
            Patches.Border.ZERO,
            Patches.Taken.LARGEST,
            out,
            recomputed);
        smaller = smaller(window, window.height() - 1, window.width() - 1);
        pooling(
            "its windows are a row and a column smaller",
            layer,
            smaller,
            Patches.Border.ZERO,
            Patches.Taken.LARGEST,
            out,
            recomputed);
      }
      if (window.stride() != window.height()) {
        Window apart = new Window(window.height(), window.width(), window.height(), window.pad());
        pooling(
            "its stride is its window's height, %d in place of %d"
                .formatted(window.height(), window.stride()),
            layer,
            apart,
            Patches.Border.ZERO,
            Patches.Taken.LARGEST,
            out,
            recomputed);
      }
    } else {
      if (window.pad() > 0) {
        pooling(
            "it leaves the padding out of the mean",
            layer,
            window,
            Patches.Border.NONE,
            Patches.Taken.MEAN_INSIDE,
            out,
            recomputed);
      }
      if (window.stride() * window.stride() != window.elements()) {
        pooling(
            "it divides by the square of its stride in place of the elements of a window",
            layer,
            window,
            Patches.Border.ZERO,
            Patches.Taken.SUM_BY_STRIDE,
            out,
            recomputed);
      }
    }
  }

  private static Window smaller(Window window, int height, int width) {
    int pad = Math.min(window.pad(), Math.min(height, width) - 1);
    return new Window(height, width, window.stride(), pad);
  }

  private static void pooling(
      String text,
      LayerSpec.Pooling layer,
      Window window,
      Patches.Border border,
      Patches.Taken taken,
      Shape out,
      Recomputed recomputed) {
    recomputed.add(
        text,
        Set.of(layer.name()),
        read -> patches(window, border, read.input(), out).pooled(read.input().data(), taken),
        (read, y, dout) ->
            patches(window, border, read.input(), out)
                .pooledBack(read.input().data(), dout.data(), taken));
  }

  private static Patches patches(Window window, Patches.Border border, Tensor x, Shape out) {
    return new Patches(window, border, x.shape(), out);
  }
}
