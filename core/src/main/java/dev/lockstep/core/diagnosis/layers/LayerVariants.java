package dev.lockstep.core.diagnosis.layers;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.ARITHMETIC;
import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.hypothesis.Variant;
import dev.lockstep.core.diagnosis.tensors.Rearranged;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A whole layer that computes something else: what it predicts is known from the layer alone. */
public final class LayerVariants {

  /** Of a factor that was fitted. */
  private static final double ROUNDING = 1e-9;

  private final ModelProvider reference;
  private final Look first;
  private final Judged judged;
  private final TensorKey key;
  private final List<Hypothesis> found = new ArrayList<>();
  private final Recomputed recomputed;

  private LayerVariants(ModelProvider reference, Look first, Judged judged) {
    this.reference = reference;
    this.first = first;
    this.judged = judged;
    this.key = judged.tensor().key();
    this.recomputed = new Recomputed(reference, first, found);
  }

  /**
   * @param judged the first tensor that differs
   */
  public static List<Hypothesis> of(ModelProvider reference, Look first, Judged judged) {
    LayerVariants variants = new LayerVariants(reference, first, judged);
    switch (variants.key.phase()) {
      case FORWARD -> variants.forward();
      case BACKWARD -> variants.backward();
      case LOSS, UPDATE -> {}
    }
    return variants.found;
  }

  private void backward() {
    LayerSpec layer = first.layer(judged.tensor().layer()).orElse(null);
    if (judged.tensor().perSample()
        && (layer instanceof LayerSpec.Affine || layer instanceof LayerSpec.Convolution)) {
      weightOrders(layer);
    }
  }

  private void forward() {
    String name = judged.tensor().layer();
    LayerSpec layer = first.layer(name).orElse(null);
    if (layer instanceof LayerSpec.Affine || layer instanceof LayerSpec.Convolution) {
      for (Set<String> layers : Recomputed.groups(first, layer)) {
        for (double factor : new double[] {0, 2, biases(name)}) {
          String done =
              factor == 0
                  ? "left out"
                  : factor == 2 ? "added twice" : "multiplied by " + Numbers.setting(factor);
          withParameter("the bias is " + done, layers, "b", factor);
        }
        withParameter("the bias alone is put out", layers, "W", 0);
      }
      weightOrders(layer);
    }
    if (layer instanceof LayerSpec.Convolution convolution) {
      WindowMistakes.convolution(first, judged, convolution, recomputed);
    } else if (layer instanceof LayerSpec.Pooling pooling) {
      WindowMistakes.pooling(judged, pooling, recomputed);
    } else if (layer instanceof LayerSpec.Activation activation) {
      ActivationMistakes.add(first, judged, activation, recomputed);
    } else if (layer instanceof LayerSpec.Dropout dropout) {
      ownMasks(dropout);
    } else if (layer instanceof LayerSpec.BatchNormalization norm) {
      NormalizationMistakes.outputs(norm, recomputed);
    } else if (layer instanceof LayerSpec.Branches branches) {
      JoinMistakes.add(first, judged, branches, recomputed, found);
    }
    if (key.equals(new TensorKey(Phase.FORWARD, NetworkSpec.OUTPUT))) {
      softmaxOverTheBatch();
      otherSoftmaxes();
    }
  }

  /** Returns how often the bias was added. */
  private double biases(String layer) {
    Tensor b = first.before(layer + "/b");
    Tensor out = judged.candidate();
    if (b == null || out.size() != judged.reference().size()) {
      return 0;
    }
    int places = Rearranged.area(out);
    double more =
        Numbers.leastSquares(
            Numbers.each(out.size(), i -> b.data()[i / places % b.size()]),
            Numbers.minus(out.data(), judged.reference().data()));
    // next to nothing is left of a bias that is left out
    return Double.isFinite(more) && Math.abs(1 + more) > ROUNDING ? Numbers.exact(1 + more) : 0;
  }

  /** Layers compute with a parameter times a factor, in prediction too or in training alone. */
  private void withParameter(String text, Set<String> layers, String parameter, double factor) {
    String told = text + (layers.size() > 1 ? Recomputed.EVERY : "");
    for (boolean predicts : new boolean[] {true, false}) {
      found.add(
          new Hypothesis(
              NAMED, told, look -> multiplied(look, layers, parameter, factor, predicts)));
    }
  }

  private @Nullable Map<TensorKey, double[]> multiplied(
      Look look, Set<String> layers, String parameter, double factor, boolean predicts) {
    Map<String, Tensor> tensors = new LinkedHashMap<>(look.step().before().tensors());
    for (String layer : layers) {
      tensors.computeIfPresent(
          layer + "/" + parameter,
          (path, right) -> Tensor.of(right.shape(), Numbers.times(factor, right.data())));
    }
    Variant variant = Variant.of(look).with(tensors);
    Map<TensorKey, double[]> shown =
        predicts ? variant.shown(reference, look) : variant.stepped(reference, look);
    if (shown == null) {
      return null;
    }
    Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
    layers.forEach(layer -> predicted.putAll(outputsOf(look, layer, shown)));
    return predicted;
  }

  private static Map<TensorKey, double[]> outputsOf(
      Look look, String layer, Map<TensorKey, double[]> shown) {
    Map<TensorKey, double[]> outputs = new LinkedHashMap<>();
    shown.forEach(
        (key, values) -> {
          Judged judged = look.judged().get(key);
          if (key.equals(ExpectedTensor.PREDICTION)
              || (judged != null
                  && judged.tensor().layer().equals(layer)
                  && judged.tensor().perSample())) {
            outputs.put(key, values);
          }
        });
    return outputs;
  }

  /** The layer reads its weights in another order, and may hand back and learn by it or not. */
  private void weightOrders(LayerSpec layer) {
    boolean backward = key.phase() == Phase.BACKWARD;
    for (Set<String> layers : Recomputed.groups(first, layer)) {
      for (String text : orders(layer.name()).keySet()) {
        String told = text + (layers.size() > 1 ? Recomputed.EVERY : "");
        for (boolean gradientToo : new boolean[] {true, false}) {
          found.add(
              new Hypothesis(
                  NAMED,
                  backward ? "the gradient goes back as if " + told : told,
                  look -> reordered(look, layers, text, gradientToo)));
        }
      }
    }
  }

  private Map<String, int[]> orders(String layer) {
    Tensor weights = first.before(layer + "/W");
    Shape input = first.network().inputShapes().get(layer);
    return weights == null || input == null
        ? Map.of()
        : WeightOrders.of(first.layer(layer).orElseThrow(), weights.shape(), input);
  }

  /**
   * @param gradientToo whether the gradient of the weights is in that order too
   */
  private @Nullable Map<TensorKey, double[]> reordered(
      Look look, Set<String> layers, String text, boolean gradientToo) {
    Map<String, Tensor> tensors = new LinkedHashMap<>(look.step().before().tensors());
    Map<String, int[]> read = new LinkedHashMap<>();
    for (String layer : layers) {
      int[] order = orders(layer).get(text);
      Tensor w = look.before(layer + "/W");
      if (order != null && w != null) {
        read.put(layer, order);
        tensors.put(layer + "/W", Numbers.like(w, i -> w.data()[order[i]]));
      }
    }
    Map<TensorKey, double[]> shown = Variant.of(look).with(tensors).shown(reference, look);
    if (shown == null) {
      return null;
    }
    Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
    for (Map.Entry<String, int[]> entry : read.entrySet()) {
      predicted.putAll(outputsOf(look, entry.getKey(), shown));
      Judged gradient = look.judged().get(new TensorKey(Phase.BACKWARD, entry.getKey() + "/W"));
      if (gradientToo && gradient != null) {
        String w = entry.getKey() + "/W";
        double[] own = look.undecayed(w, gradient.reference().data());
        double[] learned = look.decayed(w, new double[own.length]);
        for (int i = 0; i < own.length; i++) {
          learned[entry.getValue()[i]] += own[i];
        }
        predicted.put(gradient.tensor().key(), learned);
      }
    }
    if (key.phase() == Phase.BACKWARD) {
      predicted.keySet().removeIf(shownKey -> shownKey.phase() == Phase.FORWARD);
    }
    return predicted;
  }

  private void otherSoftmaxes() {
    Tensor scores = scores(first);
    if (scores == null || scores.shape().rank() != 2) {
      return;
    }
    int classes = scores.shape().length(1);
    double factor =
        Numbers.exact(
            Numbers.leastSquares(
                centred(scores.data(), classes),
                centred(
                    Numbers.each(scores.size(), i -> Math.log(judged.candidate().data()[i])),
                    classes)));
    if (Double.isFinite(factor) && factor != 0 && factor != 1) {
      for (double derived : new double[] {1, factor}) {
        softmaxed(
            "the softmax is taken of scores times %s".formatted(Numbers.setting(factor)),
            y -> normalized(y, classes, value -> Math.pow(value, factor)),
            (y, dout) -> Numbers.times(derived, dout));
      }
    }
    for (int left : new int[] {0, classes - 1}) {
      softmaxed(
          "the %s class is left out of the softmax's sum".formatted(left == 0 ? "first" : "last"),
          y -> Numbers.each(y.length, i -> y[i] / (1 - y[i / classes * classes + left])),
          (y, dout) -> dout);
    }
    String twice = "the softmax is taken twice";
    softmaxed(twice, y -> normalized(y, classes, Math::exp), LayerVariants::throughSoftmax);
    softmaxed(twice, y -> normalized(y, classes, Math::exp), (y, dout) -> dout);
  }

  private interface OfRight {
    double[] of(double[] y);
  }

  /** What becomes of the right gradient of the scores. */
  private interface OfGradient {
    double[] of(Tensor y, double[] dout);
  }

  /** In training and in prediction alike, or in training alone. */
  private void softmaxed(String text, OfRight softmax, OfGradient gradient) {
    for (List<TensorKey> outputs : List.of(List.of(key, ExpectedTensor.PREDICTION), List.of(key))) {
      found.add(new Hypothesis(NAMED, text, look -> softmaxed(look, outputs, softmax, gradient)));
    }
  }

  private Map<TensorKey, double[]> softmaxed(
      Look look, List<TensorKey> outputs, OfRight softmax, OfGradient gradient) {
    Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
    for (TensorKey output : outputs) {
      Judged right = look.judged().get(output);
      if (right != null) {
        predicted.put(output, softmax.of(right.reference().data()));
      }
    }
    Judged dout = look.judged().get(new TensorKey(Phase.BACKWARD, Look.scoresOf(look.network())));
    Judged once = look.judged().get(key);
    if (dout != null && once != null) {
      predicted.put(dout.tensor().key(), gradient.of(once.reference(), dout.reference().data()));
    }
    return predicted;
  }

  /** Returns y · (dout − Σ dout·y) of each row. */
  private static double[] throughSoftmax(Tensor y, double[] dout) {
    int width = y.shape().length(1);
    double[] dx = new double[dout.length];
    for (int row = 0; row < dout.length; row += width) {
      double sum = 0;
      for (int i = row; i < row + width; i++) {
        sum += dout[i] * y.data()[i];
      }
      for (int i = row; i < row + width; i++) {
        dx[i] = y.data()[i] * (dout[i] - sum);
      }
    }
    return dx;
  }

  private static double[] centred(double[] values, int width) {
    double[] centred = values.clone();
    for (int row = 0; row < values.length; row += width) {
      double mean = Arrays.stream(values, row, row + width).sum() / width;
      for (int i = row; i < row + width; i++) {
        centred[i] -= mean;
      }
    }
    return centred;
  }

  /** Applies a function to each row and divides it by its sum. */
  private static double[] normalized(double[] values, int width, DoubleUnaryOperator function) {
    double[] y = Numbers.each(values.length, i -> function.applyAsDouble(values[i]));
    for (int row = 0; row < y.length; row += width) {
      double sum = Arrays.stream(y, row, row + width).sum();
      for (int i = row; i < row + width; i++) {
        y[i] /= sum;
      }
    }
    return y;
  }

  private void softmaxOverTheBatch() {
    for (boolean gradientToo : new boolean[] {true, false}) {
      found.add(
          new Hypothesis(
              NAMED,
              "the softmax is taken over the whole batch in place of each row",
              look -> softmaxOverTheBatch(look, gradientToo)));
    }
    for (boolean predicts : new boolean[] {true, false}) {
      found.add(
          new Hypothesis(
              NAMED,
              "the softmax is taken over each column in place of each row",
              look -> softmaxOfScores(look, Numbers::softmaxByColumn, predicts)));
      found.add(
          new Hypothesis(
              NAMED,
              "the softmax subtracts the largest score of each column, not of each row",
              look -> softmaxOfScores(look, LayerVariants::shiftedByColumn, predicts)));
    }
  }

  private static @Nullable Tensor scores(Look look) {
    return look.candidate(Phase.FORWARD, Look.scoresOf(look.network()));
  }

  private interface OfScores {
    double[] of(double[] scores, int classes);
  }

  private @Nullable Map<TensorKey, double[]> softmaxOfScores(
      Look look, OfScores softmax, boolean predicts) {
    Tensor scores = scores(look);
    if (scores == null) {
      return null;
    }
    int columns = look.network().classes();
    Map<TensorKey, double[]> predicted = Look.only(key, softmax.of(scores.data(), columns));
    double[] predictedScores = predicts ? Variant.scores(reference, look) : null;
    if (predictedScores != null) {
      predicted.put(ExpectedTensor.PREDICTION, softmax.of(predictedScores, columns));
    }
    return predicted;
  }

  private static double[] shiftedByColumn(double[] scores, int columns) {
    double[] largest = new double[columns];
    Arrays.fill(largest, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < scores.length; i++) {
      largest[i % columns] = Math.max(largest[i % columns], scores[i]);
    }
    return normalized(
        Numbers.each(scores.length, i -> scores[i] - largest[i % columns]), columns, Math::exp);
  }

  private @Nullable Map<TensorKey, double[]> softmaxOverTheBatch(Look look, boolean gradientToo) {
    Tensor scores = scores(look);
    if (scores == null) {
      return null;
    }
    Map<TensorKey, double[]> predicted = Look.only(key, Numbers.softmax(scores.data()));
    Judged prediction = look.judged().get(ExpectedTensor.PREDICTION);
    if (prediction != null) {
      // logarithms of probabilities are scores up to a number for each row
      predicted.put(ExpectedTensor.PREDICTION, ofEachRow(prediction));
    }
    Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
    if (gradientToo && y != null) {
      double n = look.batch().size();
      double[] t = look.batch().targets().data();
      predicted.put(
          new TensorKey(Phase.BACKWARD, Look.scoresOf(look.network())),
          Numbers.each(y.size(), i -> y.data()[i] - t[i] / n));
    }
    return predicted;
  }

  /** Returns the reference's rows, each times the candidate's sum. */
  private static double[] ofEachRow(Judged judged) {
    int width = judged.candidate().shape().length(1);
    double[] sums = new double[judged.candidate().size() / width];
    for (int i = 0; i < judged.candidate().size(); i++) {
      sums[i / width] += judged.candidate().data()[i];
    }
    return Numbers.each(
        judged.reference().size(), i -> judged.reference().data()[i] * sums[i / width]);
  }

  /** What the layers drop is read off their outputs. */
  private void ownMasks(LayerSpec.Dropout dropout) {
    for (Set<String> layers : Recomputed.groups(first, dropout)) {
      String text =
          layers.size() == 1
              ? dropout.name() + " drops other elements than it was told to: a mask of its own"
              : "dropout layers drop other elements than they were told to: masks of their own";
      found.add(new Hypothesis(ARITHMETIC, text, look -> masked(look, layers)));
    }
  }

  private @Nullable Map<TensorKey, double[]> masked(Look look, Set<String> layers) {
    Map<String, double[]> own = new LinkedHashMap<>();
    for (String name : layers) {
      double[] mask =
          look.layer(name).orElse(null) instanceof LayerSpec.Dropout dropout
              ? ownMask(look, dropout)
              : null;
      if (mask == null) {
        return null;
      }
      own.put(name, mask);
    }
    Map<TensorKey, double[]> shown =
        Variant.of(look)
            .with(
                (Masks)
                    (layer, ratio, shape) -> {
                      double[] mask = own.get(layer);
                      return mask == null
                          ? look.step().masks().mask(layer, ratio, shape)
                          : Tensor.of(shape, mask);
                    })
            .shown(reference, look);
    if (shown != null) {
      shown.remove(ExpectedTensor.PREDICTION);
    }
    return shown;
  }

  /** Returns 1 where an output is not 0; null where some output is neither 0 nor its input. */
  private static double @Nullable [] ownMask(Look look, LayerSpec.Dropout dropout) {
    Tensor x = look.input(dropout.name());
    Tensor y = look.candidate(Phase.FORWARD, dropout.name() + "/out");
    Tensor dout = look.candidate(Phase.BACKWARD, dropout.name() + "/out");
    String before = Look.inputOf(look.network(), dropout.name());
    Tensor dx = before == null ? null : look.candidate(Phase.BACKWARD, before);
    if (x == null || y == null || x.size() != y.size()) {
      return null;
    }
    double[] right = look.step().masks().mask(dropout.name(), dropout.ratio(), y.shape()).data();
    double[] mask =
        Numbers.each(
            y.size(),
            i ->
                x.data()[i] != 0
                    ? y.data()[i] == 0 ? 0 : 1
                    // where the input is 0 the gradient tells
                    : dx != null && dout != null && dout.data()[i] != 0
                        ? dx.data()[i] == 0 ? 0 : 1
                        : right[i]);
    double kept = Numbers.sum(mask) / mask.length;
    return kept > 0 && kept < 1 ? mask : null;
  }
}
