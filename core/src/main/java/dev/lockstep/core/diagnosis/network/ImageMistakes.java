package dev.lockstep.core.diagnosis.network;

import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.hypothesis.Variant;
import dev.lockstep.core.diagnosis.tensors.Rearranged;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a program may have done to the images before its first layer read them. */
final class ImageMistakes {

  private final Look first;
  private final Map<String, UnaryOperator<Tensor>> found = new LinkedHashMap<>();

  private ImageMistakes(Look first) {
    this.first = first;
  }

  /**
   * Returns changes of a batch's images by what they do, as the end of "it is as if …".
   *
   * @param judged the first tensor that differs
   */
  static Map<String, UnaryOperator<Tensor>> of(ModelProvider reference, Look first, Judged judged) {
    ImageMistakes mistakes = new ImageMistakes(first);
    mistakes.values();
    mistakes.places();
    mistakes.fitted(reference, judged);
    return mistakes.found;
  }

  /** Returns those changes that move pixels. */
  static Map<String, UnaryOperator<Tensor>> places(Look first) {
    ImageMistakes mistakes = new ImageMistakes(first);
    mistakes.places();
    return mistakes.found;
  }

  private void values() {
    each("pixels were divided by 256", x -> x * 255 / 256);
    each("pixels were not divided by 255", x -> x * 255);
    each("pixels were divided by 255 twice", x -> x / 255);
    each("pixels were squared", x -> x * x);
    each("pixels were black or white, 1 above a half and else 0", x -> x > 0.5 ? 1 : 0);
    each("pixels were divided as whole numbers: 1 or 0", x -> x >= 1 ? 1 : 0);
    each("pixels were read as signed bytes", x -> (byte) Math.round(x * 255) / 255.0);
    each("pixels were rounded to float", x -> (float) x);
    ofEachImage(
        "each image's pixels were divided by the greatest of them",
        pixels -> Arrays.stream(pixels).max().orElse(1));
    ofEachImage("each image's pixels were divided by their norm", Numbers::norm);
    ofEachImage("each image's pixels were divided by their sum", Numbers::sum);
    found.put(
        "each image's mean were subtracted from its pixels", images -> ofEachImage(images, false));
    found.put(
        "each image's pixels were standardized by the image's own mean and deviation",
        images -> ofEachImage(images, true));
  }

  private void each(String text, DoubleUnaryOperator value) {
    found.put(text, images -> Numbers.like(images, i -> value.applyAsDouble(images.data()[i])));
  }

  private void ofEachImage(String text, ToDoubleFunction<double[]> divisor) {
    found.put(
        text,
        images -> {
          int pixels = Rearranged.row(images);
          double[] divisors =
              Numbers.each(
                  images.shape().length(0),
                  i ->
                      divisor.applyAsDouble(
                          Arrays.copyOfRange(images.data(), i * pixels, (i + 1) * pixels)));
          return Numbers.like(
              images, i -> divisors[i / pixels] == 0 ? 0 : images.data()[i] / divisors[i / pixels]);
        });
  }

  private static Tensor ofEachImage(Tensor images, boolean deviation) {
    int pixels = images.size() / images.shape().length(0);
    double[] changed = images.data().clone();
    for (int from = 0; from < changed.length; from += pixels) {
      double mean = 0;
      double square = 0;
      for (int i = from; i < from + pixels; i++) {
        mean += changed[i] / pixels;
        square += changed[i] * changed[i] / pixels;
      }
      double divisor = deviation ? Math.sqrt(Math.max(0, square - mean * mean)) : 1;
      for (int i = from; i < from + pixels; i++) {
        changed[i] = (changed[i] - mean) / divisor;
      }
    }
    return Tensor.of(images.shape(), changed);
  }

  /** Where a pixel is read from; only for images that are, or were, square. */
  private void places() {
    Shape shape = first.batch().inputs().shape();
    int pixels = first.batch().inputs().size() / shape.length(0);
    boolean image = shape.rank() == 4;
    int width = image ? shape.length(3) : (int) Math.round(Math.sqrt(pixels));
    int height = image ? shape.length(2) : width;
    if (!image && width * height != pixels) {
      return;
    }
    int area = width * height;
    if (width == height) {
      moved("images were transposed", area, i -> i % width * width + i / width);
    }
    moved("images were mirrored", area, i -> i - i % width + width - 1 - i % width);
    moved("images were upside down", area, i -> (height - 1 - i / width) * width + i % width);
    moved("images were turned by 180 degrees", area, i -> area - 1 - i);
    for (int by : new int[] {1, -1}) {
      String end = by > 0 ? "" : ", back";
      moved(
          "images were shifted by one column" + end,
          area,
          i -> beside(i % width - by, width, i - by));
      moved(
          "images were shifted by one row" + end,
          area,
          i -> beside(i / width - by, height, i - by * width));
      moved(
          "images were shifted by one pixel, row by row" + end,
          area,
          i -> beside(i - by, area, i - by));
    }
    if (image && shape.length(1) > 1) {
      int channels = shape.length(1);
      moved(
          "channels stood in reverse order, BGR in place of RGB",
          pixels,
          i -> (channels - 1 - i / area) * area + i % area);
      moved("images were read with the channels last", pixels, i -> i % area * channels + i / area);
    }
  }

  private static int beside(int coordinate, int length, int from) {
    return coordinate < 0 || coordinate >= length ? -1 : from;
  }

  /**
   * @param group pixels within which they move
   * @param from the position in the group that is read, negative for 0
   */
  private void moved(String text, int group, IntUnaryOperator from) {
    found.put(
        text,
        images ->
            Numbers.like(
                images,
                i -> {
                  int at = from.applyAsInt(i % group);
                  return at < 0 ? 0 : images.data()[i - i % group + at];
                }));
  }

  /** Fits a·x + c: the first layer's output is linear in its images. */
  private void fitted(ModelProvider reference, Judged judged) {
    TensorKey key = judged.tensor().key();
    if (key.phase() != Phase.FORWARD
        || !first.network().layers().get(0).name().equals(judged.tensor().layer())
        || first.network().layers().get(0).parameters(first.network().input()).isEmpty()) {
      return;
    }
    double[] zeros = output(reference, key, 0);
    double[] ones = output(reference, key, 1);
    if (zeros == null || ones == null) {
      return;
    }
    double[] factors =
        Numbers.leastSquares(
            Numbers.minus(judged.reference().data(), zeros),
            Numbers.minus(ones, zeros),
            Numbers.minus(judged.candidate().data(), zeros));
    double a = Math.rint(factors[0] * 1e9) / 1e9;
    double c = Math.rint(factors[1] * 1e9) / 1e9;
    if (!Double.isFinite(a) || !Double.isFinite(c) || a == 0) {
      return;
    }
    // exact numbers come from a deviation and a mean, which have few digits
    double deviation = Double.parseDouble(Numbers.setting(1 / a));
    double mean = Double.parseDouble(Numbers.setting(-c / a));
    if (a == -1 && c == 1) {
      each("pixels were inverted, 1 - x in place of x", x -> 1 - x);
    } else if (a == 2 && c == -1) {
      each("pixels went from -1 to 1, 2x - 1 in place of x", x -> 2 * x - 1);
    } else {
      each(
          "pixels were standardized, (x - %s) / %s in place of x"
              .formatted(Numbers.setting(mean), Numbers.setting(deviation)),
          x -> (x - mean) / deviation);
    }
  }

  private double @Nullable [] output(ModelProvider reference, TensorKey key, double pixel) {
    Batch batch = first.batch();
    Map<TensorKey, double[]> shown =
        Variant.of(first)
            .with(
                new Batch(
                    batch.step(), Tensor.filled(batch.inputs().shape(), pixel), batch.targets()))
            .shown(reference, first);
    return shown == null ? null : shown.get(key);
  }
}
