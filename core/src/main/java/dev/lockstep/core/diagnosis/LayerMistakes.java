package dev.lockstep.core.diagnosis;

import static dev.lockstep.core.diagnosis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.Hypothesis.Local;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Known mistakes within layers, forward and backward. */
final class LayerMistakes {

  /** Multiplications that a naive formula may cost. */
  private static final long AFFORDABLE = 200_000_000;

  /** Of a slope that was fitted. */
  private static final double ROUNDING = 1e-9;

  private final ModelProvider reference;
  private final Look first;
  private final Set<TensorKey> scope;
  private final Judged judged;
  private final TensorKey key;
  private final List<Hypothesis> found = new ArrayList<>();

  private LayerMistakes(ModelProvider reference, Look first, Set<TensorKey> scope) {
    this.reference = reference;
    this.first = first;
    this.scope = scope;
    this.judged = Objects.requireNonNull(first.judged().get(scope.iterator().next()));
    this.key = judged.tensor().key();
  }

  static List<Hypothesis> of(ModelProvider reference, Look first, Set<TensorKey> scope) {
    LayerMistakes mistakes = new LayerMistakes(reference, first, scope);
    switch (mistakes.key.phase()) {
      case FORWARD -> mistakes.forward();
      case BACKWARD -> mistakes.backward();
      case LOSS, UPDATE -> {}
    }
    return mistakes.found;
  }

  private void local(String text, Local local) {
    found.add(Hypothesis.local(NAMED, text, scope, local));
  }

  private void forward() {
    String name = judged.tensor().layer();
    LayerSpec layer = first.layer(name).orElse(null);
    if (layer instanceof LayerSpec.Affine || layer instanceof LayerSpec.Convolution) {
      for (double factor : new double[] {0, 2}) {
        withState(
            "the bias is " + (factor == 0 ? "left out" : "added twice"),
            name,
            "b",
            bias -> Tensor.of(bias.shape(), Numbers.times(factor, bias.data())));
      }
    }
    if (layer instanceof LayerSpec.Convolution) {
      turnedKernels(name);
    }
    if (layer instanceof LayerSpec.BatchNormalization norm) {
      divisors(norm);
    }
    if (key.equals(new TensorKey(Phase.FORWARD, NetworkSpec.OUTPUT))) {
      softmaxOverTheBatch();
    }
  }

  /** The layer computes with a changed parameter, there and in prediction, and hands back by it. */
  private void withState(
      String text, String layer, String parameter, UnaryOperator<Tensor> change) {
    found.add(
        new Hypothesis(
            NAMED,
            text,
            look -> {
              Map<TensorKey, double[]> shown = changed(look, layer + "/" + parameter, change);
              return shown == null ? null : outputsOf(look, layer, shown);
            }));
  }

  private @Nullable Map<TensorKey, double[]> changed(
      Look look, String path, UnaryOperator<Tensor> change) {
    Tensor right = look.before(path);
    if (right == null) {
      return null;
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>(look.step().before().tensors());
    tensors.put(path, change.apply(right));
    return Variant.of(look)
        .with(new ModelState(look.step().before().step(), tensors))
        .shown(reference, look);
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

  private void turnedKernels(String layer) {
    for (boolean gradientToo : new boolean[] {true, false}) {
      found.add(
          new Hypothesis(
              NAMED,
              "its kernels are turned by 180 degrees: a convolution in place of a cross-correlation",
              look -> {
                Map<TensorKey, double[]> shown = changed(look, layer + "/W", LayerMistakes::turned);
                Judged gradient = look.judged().get(new TensorKey(Phase.BACKWARD, layer + "/W"));
                if (shown == null || gradient == null) {
                  return null;
                }
                Map<TensorKey, double[]> predicted = outputsOf(look, layer, shown);
                if (gradientToo) {
                  double[] decay = decay(look, layer + "/W");
                  Tensor own =
                      Tensor.of(
                          gradient.reference().shape(),
                          Numbers.minus(gradient.reference().data(), decay));
                  predicted.put(
                      gradient.tensor().key(), Numbers.plus(turned(own).data(), 1, decay));
                }
                return predicted;
              }));
    }
  }

  private static Tensor turned(Tensor kernels) {
    return Rearranged.reversed(kernels, kernels.shape().length(2) * kernels.shape().length(3), 1);
  }

  /** Returns λ·W of a weight, zeros of another parameter. */
  static double[] decay(Look look, String path) {
    Tensor w = Objects.requireNonNull(look.before(path));
    boolean decayed =
        look.network().parameters().stream()
            .filter(parameter -> parameter.path().equals(path))
            .anyMatch(ParameterSpec::decayed);
    return Numbers.times(decayed ? look.network().weightDecay() : 0, w.data());
  }

  private void softmaxOverTheBatch() {
    for (boolean gradientToo : new boolean[] {true, false}) {
      found.add(
          new Hypothesis(
              NAMED,
              "the softmax is taken over the whole batch in place of each row",
              look -> softmaxOverTheBatch(look, gradientToo)));
    }
    found.add(
        new Hypothesis(
            NAMED,
            "the softmax is taken over each column in place of each row",
            this::softmaxByColumn));
  }

  private static @Nullable Tensor scores(Look look) {
    List<LayerSpec> layers = look.network().layers();
    return look.candidate(Phase.FORWARD, layers.get(layers.size() - 1).name() + "/out");
  }

  private @Nullable Map<TensorKey, double[]> softmaxByColumn(Look look) {
    Tensor scores = scores(look);
    if (scores == null) {
      return null;
    }
    int columns = look.network().classes();
    double[] y = Numbers.each(scores.size(), i -> Math.exp(scores.data()[i]));
    double[] sums = Numbers.columnSums(Tensor.of(scores.shape(), y), columns);
    return Look.only(key, Numbers.each(y.length, i -> y[i] / sums[i % columns]));
  }

  private @Nullable Map<TensorKey, double[]> softmaxOverTheBatch(Look look, boolean gradientToo) {
    Tensor scores = scores(look);
    if (scores == null) {
      return null;
    }
    Map<TensorKey, double[]> predicted = Look.only(key, softmax(scores.data()));
    Judged prediction = look.judged().get(ExpectedTensor.PREDICTION);
    if (prediction != null) {
      // logarithms of probabilities are scores up to a number for each row
      predicted.put(ExpectedTensor.PREDICTION, ofEachRow(prediction));
    }
    Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
    if (gradientToo && y != null) {
      List<LayerSpec> layers = look.network().layers();
      double n = look.batch().size();
      double[] t = look.batch().targets().data();
      predicted.put(
          new TensorKey(Phase.BACKWARD, layers.get(layers.size() - 1).name() + "/out"),
          Numbers.each(y.size(), i -> y.data()[i] - t[i] / n));
    }
    return predicted;
  }

  private static double[] softmax(double[] scores) {
    double max = Arrays.stream(scores).max().orElse(0);
    double[] y = Numbers.each(scores.length, i -> Math.exp(scores[i] - max));
    double sum = Numbers.sum(y);
    return Numbers.each(y.length, i -> y[i] / sum);
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

  /** What a batch normalization divides by. */
  private interface Divisor {
    double of(double variance, double epsilon, double count);
  }

  private void divisors(LayerSpec.BatchNormalization norm) {
    divisor(
        norm,
        "the variance is taken unbiased, divided by n-1 in place of n, in batch normalization",
        (variance, epsilon, n) -> Math.sqrt(variance * n / (n - 1) + epsilon));
    divisor(
        norm,
        "batch normalization divides by the variance, not by its root",
        (variance, epsilon, n) -> variance + epsilon);
    divisor(
        norm,
        "epsilon stands outside the root of batch normalization",
        (variance, epsilon, n) -> Math.sqrt(variance) + epsilon);
    divisor(
        norm,
        "batch normalization goes without epsilon",
        (variance, epsilon, n) -> Math.sqrt(variance));
  }

  private void divisor(LayerSpec.BatchNormalization norm, String text, Divisor divisor) {
    List<LayerSpec.BatchNormalization> all =
        scope.stream()
            .map(key -> Objects.requireNonNull(first.judged().get(key)).tensor().layer())
            .flatMap(name -> first.layer(name).stream())
            .filter(LayerSpec.BatchNormalization.class::isInstance)
            .map(LayerSpec.BatchNormalization.class::cast)
            .distinct()
            .toList();
    for (int ways = 0; ways < 4; ways++) {
      boolean scaled = (ways & 1) != 0;
      boolean gamma = (ways & 2) != 0;
      found.add(
          new Hypothesis(
              NAMED,
              text,
              look -> {
                Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
                for (LayerSpec.BatchNormalization other : all.isEmpty() ? List.of(norm) : all) {
                  if (!divided(look, other, divisor, scaled, gamma, predicted)) {
                    return null;
                  }
                }
                return predicted;
              }));
    }
  }

  /**
   * @param scaled whether the gradient is merely divided by the other number, or truly derived
   * @param gamma whether gamma's gradient sees what was normalized so
   */
  private static boolean divided(
      Look look,
      LayerSpec.BatchNormalization norm,
      Divisor divisor,
      boolean scaled,
      boolean gamma,
      Map<TensorKey, double[]> predicted) {
    Normalized normalized = Normalized.of(look, norm);
    String input = Look.inputOf(look.network(), norm.name());
    if (normalized == null || input == null) {
      return false;
    }
    double[] divisors =
        Numbers.each(
            normalized.features(),
            f -> divisor.of(normalized.variance()[f], norm.epsilon(), normalized.count()));
    predicted.put(new TensorKey(Phase.FORWARD, norm.name() + "/out"), normalized.output(divisors));
    Judged dx = look.judged().get(new TensorKey(Phase.BACKWARD, input));
    if (dx != null) {
      predicted.put(
          dx.tensor().key(),
          scaled
              ? normalized.rescaled(dx.reference().data(), divisors)
              : normalized.slope(divisors, derivatives(normalized, norm, divisor)));
    }
    if (gamma) {
      predicted.put(
          new TensorKey(Phase.BACKWARD, norm.name() + "/gamma"),
          normalized.gammaGradient(divisors));
    }
    return true;
  }

  /** By the exact difference quotient of a function as smooth as a root. */
  private static double[] derivatives(
      Normalized normalized, LayerSpec.BatchNormalization norm, Divisor divisor) {
    return Numbers.each(
        normalized.features(),
        f -> {
          double variance = normalized.variance()[f];
          double n = normalized.count();
          double h = 1e-5 * Math.max(variance, norm.epsilon());
          return (8
                      * (divisor.of(variance + h, norm.epsilon(), n)
                          - divisor.of(variance - h, norm.epsilon(), n))
                  - (divisor.of(variance + 2 * h, norm.epsilon(), n)
                      - divisor.of(variance - 2 * h, norm.epsilon(), n)))
              / (12 * h);
        });
  }

  private void backward() {
    String name = judged.tensor().layer();
    LayerSpec layer = first.layer(name).orElse(null);
    if (!judged.tensor().perSample()) {
      parameterGradients();
      return;
    }
    if (layer instanceof LayerSpec.Activation activation) {
      derivatives(activation.function());
    } else if (layer instanceof LayerSpec.Pooling pool
        && pool.type() == LayerSpec.PoolingType.MAX) {
      winners();
    } else if (layer instanceof LayerSpec.Dropout) {
      dropout();
    } else if (layer instanceof LayerSpec.BatchNormalization) {
      normalization();
    } else if (layer instanceof LayerSpec.Convolution) {
      overlap();
    } else if (layer == null) {
      lossGradient();
    }
    if (!(layer instanceof LayerSpec.Dropout)) {
      local(
          "it is the gradient behind the layer, handed on as it is, without its derivative",
          (look, judged) -> {
            Tensor dout = look.candidate(Phase.BACKWARD, judged.tensor().layer() + "/out");
            return dout != null && dout.size() == judged.candidate().size() ? dout.data() : null;
          });
    }
    if (layer instanceof LayerSpec.Affine || layer instanceof LayerSpec.Convolution) {
      updatedBefore();
    }
  }

  private void lossGradient() {
    double[] shown = judged.candidate().data();
    int classes = first.network().classes();
    for (int c = 0; c < classes; c++) {
      int column = c;
      if (allZero(shown, i -> i % classes == column)) {
        local(
            "class %d is ignored: its gradient is 0".formatted(column),
            (look, judged) -> without(judged, i -> i % classes == column));
      }
    }
    int rows = shown.length / classes;
    for (int row : new int[] {0, rows - 1}) {
      if (allZero(shown, i -> i / classes == row)) {
        boolean last = row > 0;
        local(
            "the %s row of the batch is ignored: its gradient is 0"
                .formatted(last ? "last" : "first"),
            (look, judged) -> {
              int ignored = last ? judged.candidate().size() / classes - 1 : 0;
              return without(judged, i -> i / classes == ignored);
            });
      }
    }
  }

  private static boolean allZero(double[] values, IntPredicate at) {
    for (int i = 0; i < values.length; i++) {
      if (at.test(i) && values[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static double[] without(Judged judged, IntPredicate at) {
    return Numbers.each(
        judged.reference().size(), i -> at.test(i) ? 0 : judged.reference().data()[i]);
  }

  private void derivatives(ActivationFunction function) {
    if (function instanceof ActivationFunction.Sigmoid) {
      derivative("y in place of y(1 - y)", (x, y) -> y);
      derivative("1 - y in place of y(1 - y)", (x, y) -> 1 - y);
      derivative("y(1 - y) of its input in place of its output", (x, y) -> x * (1 - x));
      derivative(
          "that at its output: the sigmoid is taken twice",
          (x, y) -> 1 / (1 + Math.exp(-y)) * (1 - 1 / (1 + Math.exp(-y))));
      derivative("that of tanh", (x, y) -> 1 - y * y);
      derivative("y(1 - y) squared: it is applied twice", (x, y) -> y * (1 - y) * y * (1 - y));
    } else if (function instanceof ActivationFunction.Tanh) {
      derivative("1 - y in place of 1 - y²", (x, y) -> 1 - y);
      derivative(
          "that at its output: tanh is taken twice", (x, y) -> 1 - Math.tanh(y) * Math.tanh(y));
      derivative("1 - x² of its input in place of its output", (x, y) -> 1 - x * x);
      derivative("1 + y² in place of 1 - y²", (x, y) -> 1 + y * y);
      derivative("y(1 - y), that of the sigmoid", (x, y) -> y * (1 - y));
    } else if (function instanceof ActivationFunction.Relu) {
      derivative("1 at 0", (x, y) -> x >= 0 ? 1 : 0);
      double slope = slope();
      if (Double.isFinite(slope) && slope != 0 && Math.abs(slope - 1) > ROUNDING) {
        derivative(
            "that of a leaky ReLU with slope " + Numbers.setting(slope),
            (x, y) -> x > 0 ? 1 : slope);
      }
      derivative("x in place of 1", (x, y) -> Math.max(0, x));
      derivative("turned around: 1 below 0", (x, y) -> x < 0 ? 1 : 0);
      local(
          "the derivative looks at the sign of the gradient in place of the input's",
          (look, judged) -> dout(look, judged, (x, gradient) -> Math.max(0, gradient)));
      local(
          "the derivative looks at the signs of gradient and input",
          (look, judged) -> dout(look, judged, (x, gradient) -> x > 0 ? Math.max(0, gradient) : 0));
    }
  }

  /** Fitted where the input is below 0. */
  private double slope() {
    Tensor x = first.input(judged.tensor().layer());
    Tensor dout = first.candidate(Phase.BACKWARD, judged.tensor().layer() + "/out");
    if (x == null || dout == null || x.size() != dout.size()) {
      return Double.NaN;
    }
    double fitted =
        Numbers.leastSquares(
            Numbers.each(x.size(), i -> x.data()[i] <= 0 ? dout.data()[i] : 0),
            Numbers.each(x.size(), i -> x.data()[i] <= 0 ? judged.candidate().data()[i] : 0));
    return fitted;
  }

  private void derivative(String text, DoubleBinaryOperator derivative) {
    local(
        "the derivative is " + text,
        (look, judged) -> {
          String layer = judged.tensor().layer();
          Tensor x = look.input(layer);
          Tensor y = look.candidate(Phase.FORWARD, layer + "/out");
          Tensor dout = look.candidate(Phase.BACKWARD, layer + "/out");
          return x == null || y == null || dout == null || x.size() != dout.size()
              ? null
              : Numbers.each(
                  x.size(),
                  i -> dout.data()[i] * derivative.applyAsDouble(x.data()[i], y.data()[i]));
        });
  }

  /** Computes elementwise from a layer's input and the gradient behind it. */
  private static double @Nullable [] dout(
      Look look, Judged judged, DoubleBinaryOperator ofInputAndGradient) {
    Tensor x = look.input(judged.tensor().layer());
    Tensor dout = look.candidate(Phase.BACKWARD, judged.tensor().layer() + "/out");
    return x == null || dout == null || x.size() != dout.size()
        ? null
        : Numbers.each(
            x.size(), i -> ofInputAndGradient.applyAsDouble(x.data()[i], dout.data()[i]));
  }

  private void dropout() {
    local(
        "dropout passes the gradient everywhere, dropped or kept",
        (look, judged) -> dout(look, judged, (x, gradient) -> gradient));
    local(
        "dropout tells what was dropped by comparing its output with its input, and so passes the gradient wherever the input is 0",
        (look, judged) -> {
          double[] all = dout(look, judged, (x, gradient) -> x == 0 ? gradient : Double.NaN);
          return all == null
              ? null
              : Numbers.each(
                  all.length, i -> Double.isNaN(all[i]) ? judged.reference().data()[i] : all[i]);
        });
  }

  private void normalization() {
    normalized(
        "batch normalization's backward pass takes mean and variance for constants",
        (normalized, reference) -> normalized.constantStatistics());
    normalized(
        "batch normalization's backward pass takes the variance for a constant",
        (normalized, reference) -> normalized.constantVariance());
    normalized(
        "batch normalization's backward pass takes the mean for a constant",
        (normalized, reference) -> normalized.constantMean());
    normalized(
        "batch normalization's backward pass leaves out gamma",
        (normalized, reference) -> normalized.withoutGamma(reference));
  }

  private interface Slope {
    double[] of(Normalized normalized, double[] reference);
  }

  private void normalized(String text, Slope slope) {
    local(
        text,
        (look, judged) -> {
          LayerSpec layer = look.layer(judged.tensor().layer()).orElse(null);
          Normalized normalized =
              layer instanceof LayerSpec.BatchNormalization norm ? Normalized.of(look, norm) : null;
          return normalized == null ? null : slope.of(normalized, judged.reference().data());
        });
  }

  private void winners() {
    for (Pooled.Winner winner : Pooled.Winner.values()) {
      local(
          winner.text(),
          (look, judged) -> {
            LayerSpec layer = look.layer(judged.tensor().layer()).orElse(null);
            Tensor x = look.input(judged.tensor().layer());
            Tensor dout = look.candidate(Phase.BACKWARD, judged.tensor().layer() + "/out");
            return x == null || dout == null || !(layer instanceof LayerSpec.Pooling pool)
                ? null
                : Pooled.gradient(pool, x, dout, winner);
          });
    }
  }

  private void overlap() {
    local(
        "where windows of the convolution overlap, one gradient overwrites the other: = in place of +=",
        (look, judged) -> {
          LayerSpec layer = look.layer(judged.tensor().layer()).orElse(null);
          Tensor w = look.before(judged.tensor().layer() + "/W");
          Tensor dout = look.candidate(Phase.BACKWARD, judged.tensor().layer() + "/out");
          return w == null
                  || dout == null
                  || (long) dout.size() * (w.size() / w.shape().length(0)) > AFFORDABLE
                  || !(layer instanceof LayerSpec.Convolution conv)
              ? null
              : Pooled.assigned(conv, judged.reference().shape(), w, dout);
        });
    reading(
        "the gradient of the first window alone is handed back",
        (path, tensor) -> firstWindow(tensor));
  }

  private void updatedBefore() {
    local(
        "the gradient passes through weights that are already updated",
        (look, judged) -> {
          ModelState after = look.step().after();
          Map<TensorKey, double[]> shown =
              after == null
                  ? null
                  : Variant.of(look)
                      .with(new ModelState(look.step().before().step(), after.tensors()))
                      .shown(reference, look);
          return shown == null ? null : shown.get(judged.tensor().key());
        });
  }

  private void parameterGradients() {
    reading(
        "the gradient of the last sample of the batch alone: each overwrites the one before",
        (path, tensor) -> onlySamples(tensor, tensor.shape().length(0) - 1));
    reading(
        "the gradient of the first sample of the batch alone",
        (path, tensor) -> onlySamples(tensor, 0));
    reading(
        "the last sample of the batch is left out of the sum",
        (path, tensor) -> withoutSample(tensor, tensor.shape().length(0) - 1));
    reading(
        "the first sample of the batch is left out of the sum",
        (path, tensor) -> withoutSample(tensor, 0));
    reading(
        "the gradient of the first window of each image alone",
        (path, tensor) -> firstWindow(tensor));
    local(
        "it is one sum over all units, the same for each",
        (look, judged) -> {
          double sum = Numbers.sum(judged.reference().data());
          return Numbers.each(judged.reference().size(), i -> sum);
        });
    local(
        "gamma and beta take each other's gradient: that of another tensor",
        (look, judged) -> {
          String path = judged.tensor().key().path();
          String other =
              path.endsWith("/gamma")
                  ? path.replace("/gamma", "/beta")
                  : path.replace("/beta", "/gamma");
          Judged taken = look.judged().get(new TensorKey(Phase.BACKWARD, other));
          return other.equals(path) || taken == null ? null : taken.reference().data();
        });
    weights();
    otherInputs();
  }

  /** A tensor of the candidate is changed before the reference computes this one from it. */
  private interface Reading {
    void change(String path, Tensor gradient);
  }

  private void reading(String text, Reading reading) {
    Set<String> behind =
        scope.stream()
            .map(key -> Objects.requireNonNull(first.judged().get(key)).tensor().layer() + "/out")
            .collect(Collectors.toSet());
    local(
        text,
        (look, judged) -> {
          Map<TensorKey, double[]> shown =
              Variant.of(look)
                  .reading(
                      (phase, path, tensor) -> {
                        if (phase == Phase.BACKWARD && behind.contains(path)) {
                          reading.change(path, tensor);
                        }
                      })
                  .shown(reference, look);
          return shown == null ? null : shown.get(judged.tensor().key());
        });
  }

  private static void onlySamples(Tensor gradient, int sample) {
    int row = gradient.size() / gradient.shape().length(0);
    for (int i = 0; i < gradient.size(); i++) {
      gradient.data()[i] = i / row == sample ? gradient.data()[i] : 0;
    }
  }

  private static void withoutSample(Tensor gradient, int sample) {
    int row = gradient.size() / gradient.shape().length(0);
    Arrays.fill(gradient.data(), sample * row, (sample + 1) * row, 0);
  }

  private static void firstWindow(Tensor gradient) {
    if (gradient.shape().rank() == 4) {
      int windows = gradient.shape().length(2) * gradient.shape().length(3);
      for (int i = 0; i < gradient.size(); i++) {
        gradient.data()[i] = i % windows == 0 ? gradient.data()[i] : 0;
      }
    }
  }

  /** Weight decay of another strength or kind. */
  private void weights() {
    Tensor w = first.before(key.path());
    if (w == null || w.size() < 2) {
      return;
    }
    double[] own = decay(first, key.path());
    double right = Numbers.norm(own) == 0 ? 0 : first.network().weightDecay();
    double[] more = Numbers.minus(judged.candidate().data(), judged.reference().data());
    double added = Numbers.leastSquares(w.data(), more);
    if (Double.isFinite(added)) {
      double fitted = Math.rint(added * 1e12) / 1e12;
      local(
          "its weight decay is %s in place of %s"
              .formatted(Numbers.setting(right + fitted), Numbers.setting(right)),
          (look, judged) -> {
            Tensor before = look.before(judged.tensor().key().path());
            return before == null
                ? null
                : Numbers.plus(judged.reference().data(), fitted, before.data());
          });
    }
    double lambda = first.network().weightDecay();
    local(
        "its weight decay is L1, λ·sign(W), in place of L2, λ·W",
        (look, judged) -> {
          Tensor before = look.before(judged.tensor().key().path());
          return before == null
              ? null
              : Numbers.each(
                  before.size(),
                  i ->
                      judged.reference().data()[i]
                          + lambda * (Math.signum(before.data()[i]) - before.data()[i]));
        });
  }

  /** The gradient of an affine layer's weights, from another input than its own. */
  private void otherInputs() {
    LayerSpec layer = first.layer(judged.tensor().layer()).orElse(null);
    Tensor input = layer == null ? null : first.input(layer.name());
    if (!(layer instanceof LayerSpec.Affine) || input == null || !key.path().endsWith("/W")) {
      return;
    }
    String own = Look.inputOf(first.network(), layer.name());
    for (Judged other : first.judged().values()) {
      TensorKey from = other.tensor().key();
      if (from.phase() == Phase.FORWARD
          && other.tensor().perSample()
          && !from.path().equals(own)
          && other.candidate().size() == input.size()) {
        local(
            "it is computed from another tensor, %s, in place of the layer's input".formatted(from),
            (look, judged) -> {
              Tensor x = look.candidate(Phase.FORWARD, from.path());
              Tensor dout = look.candidate(Phase.BACKWARD, judged.tensor().layer() + "/out");
              double[] product = x == null || dout == null ? null : product(x, dout);
              return product == null || product.length != judged.reference().size()
                  ? null
                  : Numbers.plus(product, 1, decay(look, judged.tensor().key().path()));
            });
      }
    }
  }

  /** Returns xᵀ·dout. */
  private static double[] product(Tensor x, Tensor dout) {
    int samples = dout.shape().length(0);
    int units = dout.size() / samples;
    int inputs = x.size() / samples;
    double[] product = new double[inputs * units];
    for (int n = 0; n < samples; n++) {
      for (int i = 0; i < product.length; i++) {
        product[i] += x.data()[n * inputs + i / units] * dout.data()[n * units + i % units];
      }
    }
    return product;
  }
}
