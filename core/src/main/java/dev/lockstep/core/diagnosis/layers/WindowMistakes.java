package dev.lockstep.core.diagnosis.layers;

import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
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
    Window window = layer.window();
    if (x == null
        || w == null
        || b == null
        || (long) judged.candidate().size() * (w.size() / b.size()) > AFFORDABLE) {
      return;
    }
    for (Patches.Border border : Patches.Border.values()) {
      boolean right = border == Patches.Border.ZERO || border == Patches.Border.NONE;
      if (!right && window.isPadded()) {
        convolution(border.text(), window, border, layer, recomputed);
      }
    }
    if (window.height() != window.width()) {
      convolution(
          "height and width of its kernels are exchanged",
          exchanged(window),
          Patches.Border.ZERO,
          layer,
          recomputed);
    }
  }

  /** Returns a window of the same elements that lies on its side. */
  private static Window exchanged(Window window) {
    return new Window(of(window.width(), window.rows()), of(window.height(), window.columns()));
  }

  private static Window.Axis of(int length, Window.Axis axis) {
    return new Window.Axis(length, axis.stride(), axis.pad(), axis.dilation());
  }

  private static void convolution(
      String text,
      Window window,
      Patches.Border border,
      LayerSpec.Convolution layer,
      Recomputed recomputed) {
    recomputed.add(
        text,
        layer,
        read -> {
          Tensor kernels = read.look().before(read.layer() + "/W");
          Tensor bias = read.look().before(read.layer() + "/b");
          return kernels == null || bias == null
              ? null
              : patches(of(read, layer, window), border, read.input(), read.right().shape())
                  .convolved(read.input().data(), kernels.data(), bias.data());
        },
        (read, y, dout) -> {
          Tensor kernels = read.look().before(read.layer() + "/W");
          return kernels == null
              ? null
              : patches(of(read, layer, window), border, read.input(), y.shape())
                  .convolvedBack(
                      dout.data(),
                      kernels.data(),
                      y.shape().length(1),
                      read.input().shape().length(0));
        },
        Map.of(
            "W",
            (read, y, dout) ->
                read.look()
                    .decayed(
                        read.layer() + "/W",
                        patches(of(read, layer, window), border, read.input(), y.shape())
                            .kernelGradient(
                                read.input().data(), dout.data(), y.shape().length(1)))));
  }

  /** Returns the window of the layer that is read, changed as that of the layer that is told. */
  private static Window of(Recomputed.Reading read, LayerSpec.Convolution told, Window changed) {
    Window own = ((LayerSpec.Convolution) read.look().layer(read.layer()).orElseThrow()).window();
    return changed.equals(told.window()) ? own : exchanged(own);
  }

  static void pooling(Judged judged, LayerSpec.Pooling layer, Recomputed recomputed) {
    Window window = layer.window();
    Shape out = judged.candidate().shape();
    if (window.height() != window.width()) {
      pooling(
          "height and width of its windows are exchanged",
          layer,
          exchanged(window),
          Patches.Border.ZERO,
          layer.type() == LayerSpec.PoolingType.MAX ? Patches.Taken.LARGEST : Patches.Taken.MEAN,
          out,
          recomputed);
    }
    if (!window.isPlain()) {
      return;
    }
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
