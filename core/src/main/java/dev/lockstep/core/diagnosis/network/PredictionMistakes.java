package dev.lockstep.core.diagnosis.network;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.hypothesis.Variant;
import dev.lockstep.core.diagnosis.layers.Normalized;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Predictions that are made otherwise than training is. */
public final class PredictionMistakes {

  private static final TensorKey KEY = ExpectedTensor.PREDICTION;

  private final ModelProvider reference;
  private final Look first;
  private final List<Hypothesis> found = new ArrayList<>();

  private PredictionMistakes(ModelProvider reference, Look first) {
    this.reference = reference;
    this.first = first;
  }

  public static List<Hypothesis> of(ModelProvider reference, Look first, TensorKey key) {
    PredictionMistakes mistakes = new PredictionMistakes(reference, first);
    if (key.equals(KEY)) {
      mistakes.values();
      mistakes.images();
      mistakes.states();
    }
    return mistakes.found;
  }

  private void add(String text, Function<Look, double @Nullable []> predicted) {
    found.add(
        new Hypothesis(
            NAMED,
            text,
            look -> {
              double[] values = predicted.apply(look);
              return values == null ? null : Look.only(KEY, values);
            }));
  }

  private void values() {
    each("the prediction is the logarithm of what it should be", Math::log);
    for (int digits = 1; digits <= 6; digits++) {
      double unit = Math.pow(10, digits);
      each(
          "the prediction is rounded to %d digits".formatted(digits),
          y -> Math.round(y * unit) / unit);
    }
    add(
        "the prediction is 1 for the most likely class and 0 for the others",
        look -> oneHot(look.judged().get(KEY)));
    add(
        "the prediction is each score's sigmoid in place of the softmax",
        look -> ofScores(look, score -> 1 / (1 + Math.exp(-score))));
    add(
        "the prediction's softmax is taken over each column in place of each row",
        look -> {
          double[] scores = Variant.scores(reference, look);
          return scores == null ? null : Numbers.softmaxByColumn(scores, look.network().classes());
        });
    add(
        "the prediction's softmax is taken twice",
        look -> {
          Judged judged = look.judged().get(KEY);
          return judged == null ? null : softmaxed(judged.reference());
        });
    add(
        "each row of the prediction is divided by its largest element",
        look -> divided(look.judged().get(KEY)));
    add(
        "the prediction's softmax is taken over the whole batch in place of each row",
        look -> {
          double[] scores = Variant.scores(reference, look);
          return scores == null ? null : Numbers.softmax(scores);
        });
    add(
        "the prediction is that of images mirrored and unmirrored, averaged",
        look -> {
          Judged judged = look.judged().get(KEY);
          UnaryOperator<Tensor> mirrored = ImageMistakes.places(look).get("images were mirrored");
          double[] other = mirrored == null ? null : ofImages(look, mirrored);
          return judged == null || other == null
              ? null
              : Numbers.plus(Numbers.times(0.5, judged.reference().data()), 0.5, other);
        });
  }

  private void each(String text, DoubleUnaryOperator value) {
    add(
        text,
        look -> {
          Judged judged = look.judged().get(KEY);
          return judged == null
              ? null
              : Numbers.each(
                  judged.reference().size(),
                  i -> value.applyAsDouble(judged.reference().data()[i]));
        });
  }

  private static double @Nullable [] softmaxed(Tensor y) {
    if (y.shape().rank() != 2) {
      return null;
    }
    int classes = y.shape().length(1);
    double[] softmaxed = new double[y.size()];
    for (int row = 0; row < y.size(); row += classes) {
      double[] own = Numbers.softmax(Arrays.copyOfRange(y.data(), row, row + classes));
      System.arraycopy(own, 0, softmaxed, row, classes);
    }
    return softmaxed;
  }

  private static double @Nullable [] divided(@Nullable Judged judged) {
    if (judged == null || judged.reference().shape().rank() != 2) {
      return null;
    }
    int classes = judged.reference().shape().length(1);
    double[] y = judged.reference().data();
    double[] largest = new double[y.length / classes];
    for (int i = 0; i < y.length; i++) {
      largest[i / classes] = Math.max(largest[i / classes], y[i]);
    }
    return Numbers.each(y.length, i -> y[i] / largest[i / classes]);
  }

  private static double @Nullable [] oneHot(@Nullable Judged judged) {
    if (judged == null || judged.reference().shape().rank() != 2) {
      return null;
    }
    int classes = judged.reference().shape().length(1);
    double[] y = judged.reference().data();
    double[] hot = new double[y.length];
    for (int row = 0; row < y.length; row += classes) {
      int best = row;
      for (int i = row; i < row + classes; i++) {
        best = y[i] > y[best] ? i : best;
      }
      hot[best] = 1;
    }
    return hot;
  }

  private double @Nullable [] ofScores(Look look, DoubleUnaryOperator value) {
    double[] scores = Variant.scores(reference, look);
    return scores == null ? null : Numbers.each(scores.length, i -> value.applyAsDouble(scores[i]));
  }

  private void images() {
    Judged judged = first.judged().get(KEY);
    if (judged != null) {
      ImageMistakes.of(reference, first, judged)
          .forEach(
              (text, change) ->
                  add("it is as if in prediction " + text, look -> ofImages(look, change)));
    }
  }

  private double @Nullable [] ofImages(Look look, UnaryOperator<Tensor> change) {
    Batch batch = look.batch();
    return predicted(
        Variant.of(look)
            .with(new Batch(batch.step(), change.apply(batch.inputs()), batch.targets())),
        look);
  }

  private double @Nullable [] predicted(Variant variant, Look look) {
    return variant.predicted(reference, look);
  }

  /** The same prediction from another state. */
  private void states() {
    state(
        "with the parameters of the step before",
        look -> look.previous() == null ? null : look.previous().step().before().tensors());
    state(
        "with the parameters that the step has yet to make",
        look -> look.step().after() == null ? null : look.step().after().tensors());
    state("with the statistics of the batch before", PredictionMistakes::statisticsOfBatchBefore);
    parameter("without batch normalization's beta", "/beta", (norm, beta) -> 0);
    parameter("without batch normalization's gamma", "/gamma", (norm, gamma) -> 1);
    parameter("without the biases", "/b", (norm, bias) -> 0);
    parameter(
        "with the running variance taken for a standard deviation",
        "/runningVar",
        (norm, variance) ->
            (variance + norm.epsilon()) * (variance + norm.epsilon()) - norm.epsilon());
    parameter(
        "with the running variance made unbiased, times n / (n - 1)",
        "/runningVar",
        (norm, variance) -> variance * first.batch().size() / (first.batch().size() - 1.0));
    parameter(
        "with the running variance made biased, times (n - 1) / n",
        "/runningVar",
        (norm, variance) -> variance * (first.batch().size() - 1.0) / first.batch().size());
    parameter("with a running mean of 0", "/runningMean", (norm, mean) -> 0);
    parameter("with a running variance of 1", "/runningVar", (norm, variance) -> 1);
  }

  private static @Nullable Map<String, Tensor> statisticsOfBatchBefore(Look look) {
    if (look.previous() == null) {
      return null;
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>(look.step().before().tensors());
    for (LayerSpec layer : look.network().allLayers()) {
      if (layer instanceof LayerSpec.BatchNormalization norm) {
        Normalized batch = Normalized.of(look.previous(), norm);
        if (batch == null) {
          return null;
        }
        tensors.computeIfPresent(
            norm.name() + "/runningMean", (path, old) -> Tensor.of(old.shape(), batch.mean()));
        tensors.computeIfPresent(
            norm.name() + "/runningVar", (path, old) -> Tensor.of(old.shape(), batch.variance()));
      }
    }
    return tensors;
  }

  private void state(String text, Function<Look, @Nullable Map<String, Tensor>> tensors) {
    add(
        "it is as if the prediction were made " + text,
        look -> {
          Map<String, Tensor> other = tensors.apply(look);
          return other == null ? null : predicted(Variant.of(look).with(other), look);
        });
  }

  private interface Change {
    double of(LayerSpec.BatchNormalization norm, double value);
  }

  /** For every layer that has such a parameter, and for each of them alone. */
  private void parameter(String text, String ending, Change change) {
    List<String> all =
        first.step().before().tensors().keySet().stream()
            .filter(path -> path.endsWith(ending))
            .toList();
    if (!all.isEmpty()) {
      of(text, ending, change, all);
    }
    if (all.size() > 1) {
      all.forEach(
          path -> of(text + " of " + path.replace(ending, ""), ending, change, List.of(path)));
    }
  }

  private void of(String text, String ending, Change change, List<String> paths) {
    LayerSpec.BatchNormalization none = new LayerSpec.BatchNormalization("none", 0.9, 1e-7, false);
    state(
        text,
        look -> {
          Map<String, Tensor> tensors = new LinkedHashMap<>(look.step().before().tensors());
          tensors.replaceAll(
              (path, tensor) ->
                  paths.contains(path)
                      ? Numbers.like(
                          tensor,
                          i ->
                              change.of(
                                  look.layer(path.substring(0, path.length() - ending.length()))
                                              .orElse(null)
                                          instanceof LayerSpec.BatchNormalization norm
                                      ? norm
                                      : none,
                                  tensor.data()[i]))
                      : tensor);
          return tensors;
        });
  }
}
