package dev.lockstep.core.diagnosis.layers;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.hypothesis.Variant;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A layer that computes another function than it should: in training, in its gradient or not, in
 * prediction or not.
 */
public final class Recomputed {

  /** Ends what is told of all layers of a kind. */
  public static final String EVERY = ", in every layer of its kind";

  private static final String OUT = "/out";

  private final ModelProvider reference;
  private final Look first;
  private final List<Hypothesis> found;

  /**
   * @param found takes what is added
   */
  public Recomputed(ModelProvider reference, Look first, List<Hypothesis> found) {
    this.reference = reference;
    this.first = first;
    this.found = found;
  }

  /** Returns the samples of the first step that differs. */
  int samples() {
    return first.batch().size();
  }

  /** What a layer reads and what it should make of it. */
  public record Reading(Look look, String layer, Tensor input, Tensor right) {}

  /** The output of a layer. */
  @FunctionalInterface
  public interface Output {
    /** Returns the elements; null if there is no such function of what was read. */
    double @Nullable [] of(Reading reading);
  }

  /** A gradient of a layer. */
  @FunctionalInterface
  public interface Gradient {
    /**
     * Returns the elements; null if there is no such function of what was read.
     *
     * @param reading what the layer read, with the right gradient
     * @param y the candidate's output
     * @param dout the candidate's gradient of it
     */
    double @Nullable [] of(Reading reading, Tensor y, Tensor dout);
  }

  /** Adds what a layer predicts, and hands back, if it does to its output what is told of one. */
  public void add(Hypothesis told, String layer) {
    Hypothesis.Local local = told.local();
    if (local != null) {
      add(
          told.rank(),
          told.text(),
          Set.of(layer),
          read -> changed(read, local, new TensorKey(Phase.FORWARD, layer + OUT)),
          (read, y, dout) -> {
            String path = Look.inputOf(read.look().network(), layer);
            return path == null ? null : changed(read, local, new TensorKey(Phase.BACKWARD, path));
          },
          Map.of());
    }
  }

  private static double @Nullable [] changed(Reading read, Hypothesis.Local local, TensorKey key) {
    Judged judged = read.look().judged().get(key);
    return judged == null ? null : local.predict(read.look(), judged.with(read.right().data()));
  }

  public void add(String text, Set<String> layers, Output output, @Nullable Gradient input) {
    add(NAMED, text, layers, output, input, Map.of());
  }

  /** Adds it for one layer, and for every layer of its kind. */
  public void add(
      String text,
      LayerSpec layer,
      Output output,
      @Nullable Gradient input,
      Map<String, Gradient> parameters) {
    for (Set<String> layers : groups(first, layer)) {
      add(NAMED, text + (layers.size() > 1 ? EVERY : ""), layers, output, input, parameters);
    }
  }

  /** Returns the layer alone and, where there are more, all layers of its kind. */
  public static List<Set<String>> groups(Look look, LayerSpec layer) {
    Set<String> alike =
        look.network().allLayers().stream()
            .filter(other -> other.getClass() == layer.getClass())
            .map(LayerSpec::name)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    return alike.size() > 1 ? List.of(Set.of(layer.name()), alike) : List.of(Set.of(layer.name()));
  }

  /**
   * @param layers that all compute the other function
   * @param input the gradient of a layer's input; null where it is the right one
   * @param parameters gradients by parameter, such as W
   */
  public void add(
      Rank rank,
      String text,
      Set<String> layers,
      Output output,
      @Nullable Gradient input,
      Map<String, Gradient> parameters) {
    for (String layer : layers) { // most are wrong, and cheaply found to be
      Judged judged = first.judged().get(new TensorKey(Phase.FORWARD, layer + OUT));
      double[] values = output(first, layer, output);
      if (judged == null || values == null || !judged.fits(values)) {
        return;
      }
    }
    for (boolean predicts : new boolean[] {true, false}) {
      add(rank, text, layers, output, null, Map.of(), predicts);
      if (input != null) {
        add(rank, text, layers, output, input, Map.of(), predicts);
      }
      if (!parameters.isEmpty()) {
        add(rank, text, layers, output, null, parameters, predicts);
      }
      if (input != null && !parameters.isEmpty()) {
        add(rank, text, layers, output, input, parameters, predicts);
      }
    }
  }

  private void add(
      Rank rank,
      String text,
      Set<String> layers,
      Output output,
      @Nullable Gradient input,
      Map<String, Gradient> parameters,
      boolean predicts) {
    found.add(
        new Hypothesis(
            rank, text, look -> predicted(look, layers, output, input, parameters, predicts)));
  }

  private static @Nullable Reading reading(Look look, String layer, Tensor right) {
    Tensor input = look.input(layer);
    return input == null ? null : new Reading(look, layer, input, right);
  }

  /** Returns what a layer shows; null if it shows nothing. */
  public double @Nullable [] output(Look look, String layer, Output output) {
    Judged judged = look.judged().get(new TensorKey(Phase.FORWARD, layer + OUT));
    Reading reading = judged == null ? null : reading(look, layer, judged.reference());
    return reading == null ? null : output.of(reading);
  }

  private @Nullable Map<TensorKey, double[]> predicted(
      Look look,
      Set<String> layers,
      Output output,
      @Nullable Gradient input,
      Map<String, Gradient> parameters,
      boolean predicts) {
    Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
    for (String layer : layers) {
      double[] values = output(look, layer, output);
      if (values == null) {
        return null;
      }
      predicted.put(new TensorKey(Phase.FORWARD, layer + OUT), values);
      String before = Look.inputOf(look.network(), layer);
      if (input != null && before != null) {
        gradient(look, layer, before, input, predicted);
      }
      parameters.forEach(
          (name, gradient) -> gradient(look, layer, layer + "/" + name, gradient, predicted));
    }
    if (predicts) {
      double[] prediction = prediction(look, layers, output);
      if (prediction == null) {
        return null;
      }
      predicted.put(ExpectedTensor.PREDICTION, prediction);
    }
    return predicted;
  }

  private static void gradient(
      Look look, String layer, String path, Gradient gradient, Map<TensorKey, double[]> predicted) {
    Judged judged = look.judged().get(new TensorKey(Phase.BACKWARD, path));
    Tensor y = look.candidate(Phase.FORWARD, layer + OUT);
    Tensor dout = look.candidate(Phase.BACKWARD, layer + OUT);
    Reading reading = judged == null ? null : reading(look, layer, judged.reference());
    if (judged == null || y == null || dout == null || reading == null) {
      return;
    }
    double[] values = gradient.of(reading, y, dout);
    if (values != null) {
      predicted.put(judged.tensor().key(), values);
    }
  }

  /** Predicts by a training step in which nothing is dropped or normalized by the batch. */
  public double @Nullable [] prediction(Look look, Set<String> layers, Output output) {
    Map<String, Tensor> outs = new HashMap<>();
    Set<@Nullable String> read = inputs(look, layers);
    boolean[] failed = {false};
    double[] shown =
        Variant.of(look)
            .undropped()
            .reading(
                (phase, path, tensor) -> {
                  if (phase != Phase.FORWARD || !path.endsWith(OUT)) {
                    return;
                  }
                  String layer = path.substring(0, path.length() - OUT.length());
                  Tensor input = inputIn(look, layer, outs);
                  double[] values = tensor.data();
                  if (look.layer(layer).orElse(null) instanceof LayerSpec.BatchNormalization norm) {
                    values = input == null ? null : normalized(look, norm, input);
                  }
                  if (layers.contains(layer) && values != null) {
                    Tensor right = Tensor.of(tensor.shape(), values.clone());
                    values =
                        input == null ? null : output.of(new Reading(look, layer, input, right));
                  }
                  if (values == null || values.length != tensor.size()) {
                    failed[0] = true;
                  } else if (values != tensor.data()) {
                    System.arraycopy(values, 0, tensor.data(), 0, values.length);
                  }
                  if (read.contains(path)) {
                    outs.put(path, tensor.copy());
                  }
                })
            .ungrafted(reference, ExpectedTensor.OUTPUT.key());
    return failed[0] ? null : shown;
  }

  /** Returns what layers that compute otherwise than in training read. */
  private static Set<@Nullable String> inputs(Look look, Set<String> layers) {
    return look.network().allLayers().stream()
        .filter(
            layer -> layers.contains(layer.name()) || layer instanceof LayerSpec.BatchNormalization)
        .map(layer -> Look.inputOf(look.network(), layer.name()))
        .collect(Collectors.toSet());
  }

  private static @Nullable Tensor inputIn(Look look, String layer, Map<String, Tensor> outs) {
    String path = Look.inputOf(look.network(), layer);
    if (path != null) {
      return outs.get(path);
    }
    return look.network().layers().get(0).name().equals(layer) ? look.batch().inputs() : null;
  }

  /** Returns what batch normalization predicts. */
  private static double @Nullable [] normalized(
      Look look, LayerSpec.BatchNormalization norm, Tensor input) {
    Tensor mean = look.before(norm.name() + "/runningMean");
    Tensor variance = look.before(norm.name() + "/runningVar");
    Tensor gamma = look.before(norm.name() + "/gamma");
    Tensor beta = look.before(norm.name() + "/beta");
    if (mean == null || variance == null || gamma == null || beta == null) {
      return null;
    }
    int positions = input.size() / input.shape().length(0) / gamma.size();
    return Numbers.each(
        input.size(),
        i -> {
          int f = i / positions % gamma.size();
          return gamma.data()[f]
                  * (input.data()[i] - mean.data()[f])
                  / Math.sqrt(variance.data()[f] + norm.epsilon())
              + beta.data()[f];
        });
  }
}
