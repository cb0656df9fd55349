package dev.lockstep.core.diagnosis;

import static dev.lockstep.core.diagnosis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Predictions that are made otherwise than training is. */
final class PredictionMistakes {

  private static final TensorKey KEY = ExpectedTensor.PREDICTION;

  private final ModelProvider reference;
  private final Look first;
  private final List<Hypothesis> found = new ArrayList<>();

  private PredictionMistakes(ModelProvider reference, Look first) {
    this.reference = reference;
    this.first = first;
  }

  static List<Hypothesis> of(ModelProvider reference, Look first, TensorKey key) {
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

  /** The scores of a prediction are those of a step where nothing is dropped or normalized. */
  private double @Nullable [] ofScores(Look look, DoubleUnaryOperator value) {
    boolean differs =
        look.network().allLayers().stream()
            .anyMatch(
                layer ->
                    layer instanceof LayerSpec.Dropout
                        || layer instanceof LayerSpec.BatchNormalization);
    String last = Look.scoresOf(look.network());
    double[] scores =
        differs ? null : Variant.of(look).ungrafted(reference, new TensorKey(Phase.FORWARD, last));
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

  private void parameter(String text, String ending, Change change) {
    if (first.step().before().tensors().keySet().stream().noneMatch(p -> p.endsWith(ending))) {
      return;
    }
    LayerSpec.BatchNormalization none = new LayerSpec.BatchNormalization("none", 0.9, 1e-7, false);
    state(
        text,
        look -> {
          Map<String, Tensor> tensors = new LinkedHashMap<>(look.step().before().tensors());
          tensors.replaceAll(
              (path, tensor) ->
                  path.endsWith(ending)
                      ? Tensor.of(
                          tensor.shape(),
                          Numbers.each(
                              tensor.size(),
                              i ->
                                  change.of(
                                      look.layer(path.substring(0, path.length() - ending.length()))
                                                  .orElse(null)
                                              instanceof LayerSpec.BatchNormalization norm
                                          ? norm
                                          : none,
                                      tensor.data()[i])))
                      : tensor);
          return tensors;
        });
  }
}
