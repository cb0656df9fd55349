package dev.lockstep.core.diagnosis.layers;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Local;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.tensors.Rearranged;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.function.BiConsumer;
import java.util.function.IntToDoubleFunction;

/**
 * Local response normalization, y = x·s^−β with s = k + α·Σ x², written down otherwise. Its
 * gradient is dout·s^−β − 2αβ·x·Σ dout·y/s, over the channels around.
 */
final class ResponseMistakes {

  private final LayerSpec.LocalResponse layer;

  ResponseMistakes(LayerSpec.LocalResponse layer) {
    this.layer = layer;
  }

  /** What is subtracted of the first term. */
  private interface Subtracted {
    double of(Around around, double[] x, double[] y, double[] s, double[] dout, int at);
  }

  /** The sum over the channels around. */
  private interface Around {
    double sum(int at, IntToDoubleFunction of);
  }

  /**
   * @param found takes what a backward pass may do, by its text
   */
  void gradients(BiConsumer<String, Local> found) {
    double factor = 2 * layer.alpha() * layer.beta();
    add(
        found,
        "local response normalization's backward pass takes the sums for constants",
        (around, x, y, s, dout, at) -> 0);
    add(
        found,
        "local response normalization's backward pass leaves out the channels around",
        (around, x, y, s, dout, at) -> factor * x[at] * dout[at] * y[at] / s[at]);
    add(
        found,
        "local response normalization's backward pass divides by the channel's own sum, not by each one's",
        (around, x, y, s, dout, at) ->
            factor * x[at] * around.sum(at, j -> dout[j] * y[j]) / s[at]);
    add(
        found,
        "local response normalization's backward pass forgets the 2 of the square",
        (around, x, y, s, dout, at) ->
            factor / 2 * x[at] * around.sum(at, j -> dout[j] * y[j] / s[j]));
    add(
        found,
        "local response normalization's backward pass adds the part of the sums in place of subtracting it",
        (around, x, y, s, dout, at) ->
            -factor * x[at] * around.sum(at, j -> dout[j] * y[j] / s[j]));
  }

  private void add(BiConsumer<String, Local> found, String text, Subtracted subtracted) {
    found.accept(
        text,
        (look, judged) -> {
          Tensor x = look.input(judged.tensor().layer());
          Tensor y = look.candidate(Phase.FORWARD, judged.tensor().layer() + "/out");
          Tensor dout = look.candidate(Phase.BACKWARD, judged.tensor().layer() + "/out");
          if (x == null || y == null || dout == null || x.size() != dout.size()) {
            return null;
          }
          Around around = around(x);
          double[] s =
              Numbers.each(
                  x.size(),
                  i -> layer.k() + layer.alpha() * around.sum(i, j -> x.data()[j] * x.data()[j]));
          return Numbers.each(
              x.size(),
              i ->
                  dout.data()[i] * Math.pow(s[i], -layer.beta())
                      - subtracted.of(around, x.data(), y.data(), s, dout.data(), i));
        });
  }

  private Around around(Tensor x) {
    int area = Rearranged.area(x);
    int channels = Rearranged.row(x) / area;
    int reach = layer.size() / 2;
    return (at, of) -> {
      int channel = at / area % channels;
      double sum = 0;
      for (int other = Math.max(0, channel - reach);
          other <= Math.min(channels - 1, channel + reach);
          other++) {
        sum += of.applyAsDouble(at + (other - channel) * area);
      }
      return sum;
    };
  }
}
