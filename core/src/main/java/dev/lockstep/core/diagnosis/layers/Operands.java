package dev.lockstep.core.diagnosis.layers;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.ARITHMETIC;
import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.hypothesis.Variant;
import dev.lockstep.core.diagnosis.tensors.Rearranged;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A layer that computes as it should, from something else than it should: what it reads, the
 * gradient of its output or a parameter is changed on the way into it. The reference's own layer
 * tells what comes out, so that one list of changes serves every kind of layer.
 */
public final class Operands {

  private static final String OUT = "/out";

  /** Elements of a step beyond which a step of the reference for each change takes too long. */
  private static final long MANY = 20_000_000;

  /** Below these, small numbers are dropped by programs that skip or flush them. */
  private static final double[] SMALL = {1e-6, 1e-5, 1e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1};

  private final ModelProvider reference;
  private final Look first;
  private final List<Look> looks;
  private final List<Set<TensorKey>> scopes;
  private final Judged judged;
  private final TensorKey key;
  private final String layer;
  private final List<Hypothesis> found = new ArrayList<>();

  private Operands(
      ModelProvider reference, List<Look> looks, Judged judged, List<Set<TensorKey>> scopes) {
    this.reference = reference;
    this.first = looks.get(0);
    this.looks = looks;
    this.scopes = scopes;
    this.judged = judged;
    this.key = judged.tensor().key();
    this.layer = judged.tensor().layer();
  }

  /**
   * @param looks the step that differs and those after it
   * @param judged the first tensor that differs
   * @param scopes what a mistake in a backward pass may concern
   */
  public static List<Hypothesis> of(
      ModelProvider reference, List<Look> looks, Judged judged, List<Set<TensorKey>> scopes) {
    Operands operands = new Operands(reference, looks, judged, scopes);
    Look first = looks.get(0);
    if (first.layer(operands.layer).isPresent() && first.elements() <= MANY) {
      switch (operands.key.phase()) {
        case FORWARD -> operands.forward();
        case BACKWARD -> operands.backward();
        case LOSS, UPDATE -> {}
      }
    }
    return operands.found;
  }

  /** What layers compute from. */
  private sealed interface Operand {

    /** What a layer reads: images, or what another layer put out. */
    record Input() implements Operand {}

    /** The gradient of a layer's output. */
    record Gradient() implements Operand {}

    /** A parameter, such as W. */
    record Parameter(String name) implements Operand {}
  }

  /** What is done to an operand. */
  @FunctionalInterface
  private interface Change {
    /** Returns what a layer computes from in its place; null if a step does not show it. */
    @Nullable Tensor of(Look look, String layer, Tensor operand);
  }

  private void forward() {
    if (reads()) {
      changes("what the layer reads", true)
          .forEach((text, change) -> forwardFrom(text, new Operand.Input(), change));
    }
    clippedInput();
    for (String parameter : List.of("W", "b", "gamma", "beta")) {
      if (first.before(layer + "/" + parameter) != null) {
        changes(layer + "/" + parameter, false)
            .forEach((text, change) -> forwardFrom(text, new Operand.Parameter(parameter), change));
      }
    }
  }

  /** An activation that cuts what it reads off, as against overflow: what lies further is wrong. */
  private void clippedInput() {
    Tensor x = first.input(layer);
    if (x == null
        || !(first.layer(layer).orElse(null) instanceof LayerSpec.Activation)
        || x.size() != judged.candidate().size()) {
      return;
    }
    double wrong = Double.POSITIVE_INFINITY;
    double right = 0;
    for (int i = 0; i < x.size(); i++) {
      boolean differs =
          Math.abs(judged.candidate().data()[i] - judged.reference().data()[i]) > judged.allowed();
      wrong = differs ? Math.min(wrong, Math.abs(x.data()[i])) : wrong;
    }
    for (double value : x.data()) {
      right = Math.abs(value) < wrong ? Math.max(right, Math.abs(value)) : right;
    }
    if (Double.isFinite(wrong) && right > 0) {
      double limit = Numbers.between(right, wrong);
      Map<String, Change> changes = new LinkedHashMap<>();
      each(
          changes,
          "what the layer reads is clipped to ±%s".formatted(Numbers.setting(limit)),
          v -> Math.max(-limit, Math.min(limit, v)));
      changes.forEach((text, change) -> forwardFrom(text, new Operand.Input(), change));
    }
  }

  private boolean reads() {
    return Look.inputOf(first.network(), layer) != null || readsImages(first, layer);
  }

  private static boolean readsImages(Look look, String layer) {
    return look.network().layers().get(0).name().equals(layer);
  }

  private void backward() {
    boolean parameter = !judged.tensor().perSample();
    Tensor dout = first.candidate(Phase.BACKWARD, layer + OUT);
    if (dout != null) {
      if (parameter) {
        sums(dout);
      }
      changes("the gradient of the layer's output", true)
          .forEach((text, change) -> backwardFrom(text, new Operand.Gradient(), change));
    }
    Tensor x = first.input(layer);
    if (x != null) {
      changes("what the layer reads", true)
          .forEach((text, change) -> backwardFrom(text, new Operand.Input(), change));
      others(x);
    }
    if (!parameter) {
      if (first.layer(layer).orElse(null) instanceof LayerSpec.Convolution) {
        places(
            "the gradient of the first window alone is handed back",
            (row, column, height, width) -> row == 0 && column == 0);
      }
      for (String own : List.of("W", "gamma")) {
        String path = layer + "/" + own;
        if (first.before(path) != null) {
          changes(path, false)
              .forEach((text, change) -> backwardFrom(text, new Operand.Parameter(own), change));
        }
      }
    }
  }

  /**
   * Returns what may be done to any operand, by what is said of it.
   *
   * @param samples whether it has a row for each sample
   */
  private static Map<String, Change> changes(String name, boolean samples) {
    Map<String, Change> changes = new LinkedHashMap<>();
    each(changes, "negative elements of %s count as 0".formatted(name), v -> Math.max(0, v));
    each(changes, "positive elements of %s count as 0".formatted(name), v -> Math.min(0, v));
    each(changes, "%s counts by its magnitudes".formatted(name), Math::abs);
    each(changes, "%s counts by its signs".formatted(name), Math::signum);
    each(changes, "%s is squared".formatted(name), v -> v * v);
    each(changes, "%s is rounded to float".formatted(name), v -> (float) v);
    for (double small : SMALL) {
      each(
          changes,
          "elements of %s below %s in magnitude count as 0".formatted(name, Numbers.setting(small)),
          v -> Math.abs(v) < small ? 0 : v);
    }
    kept(changes, "the last column of %s is left out".formatted(name), false, true);
    kept(changes, "the first column of %s is left out".formatted(name), true, true);
    if (samples) {
      for (int by : new int[] {1, -1}) {
        changes.put(
            "%s is that of the %s of the batch".formatted(name, by > 0 ? "row before" : "next row"),
            (look, of, operand) ->
                Rearranged.rolled(operand, operand.size(), by * Rearranged.row(operand)));
      }
      centred(changes, name);
    } else {
      kept(changes, "the last row of %s is left out".formatted(name), false, false);
      kept(changes, "the first row of %s is left out".formatted(name), true, false);
      for (int by : new int[] {1, -1}) {
        changes.put(
            "%s is shifted by one place%s".formatted(name, by > 0 ? "" : ", back"),
            (look, of, operand) ->
                Rearranged.rolled(operand, operand.shape().length(operand.shape().rank() - 1), by));
      }
      String parameter = name.substring(name.lastIndexOf('/'));
      changes.put(
          "%s is that of the step before".formatted(name),
          (look, of, operand) ->
              look.previous() == null ? null : look.previous().before(of + parameter));
    }
    return changes;
  }

  private static void each(Map<String, Change> changes, String text, DoubleUnaryOperator value) {
    changes.put(
        text,
        (look, of, operand) -> Numbers.like(operand, i -> value.applyAsDouble(operand.data()[i])));
  }

  /** Leaves out the first or the last of an operand's rows or columns. */
  private static void kept(
      Map<String, Change> changes, String text, boolean atStart, boolean column) {
    changes.put(
        text,
        (look, of, operand) -> {
          int rank = operand.shape().rank();
          if (rank < 2) {
            return null;
          }
          int length = operand.shape().length(column ? rank - 1 : 0);
          int block = column ? 1 : Rearranged.row(operand);
          int left = atStart ? 0 : length - 1;
          return without(operand, i -> i / block % length == left);
        });
  }

  private static Tensor without(Tensor operand, IntPredicate left) {
    return Numbers.like(operand, i -> left.test(i) ? 0 : operand.data()[i]);
  }

  private static void centred(Map<String, Change> changes, String name) {
    changes.put(
        "the mean over the batch is subtracted from %s".formatted(name),
        (look, of, operand) -> {
          int row = Rearranged.row(operand);
          double[] sums = Numbers.columnSums(operand, row);
          double rows = operand.shape().length(0);
          return Numbers.like(operand, i -> operand.data()[i] - sums[i % row] / rows);
        });
    changes.put(
        "the mean of each row is subtracted from %s".formatted(name),
        (look, of, operand) -> {
          int row = Rearranged.row(operand);
          double[] means = new double[operand.shape().length(0)];
          for (int i = 0; i < operand.size(); i++) {
            means[i / row] += operand.data()[i] / row;
          }
          return Numbers.like(operand, i -> operand.data()[i] - means[i / row]);
        });
  }

  /** Sums over a batch that leave samples or places out, or count some twice. */
  private void sums(Tensor dout) {
    sum(
        "the gradient of the last sample of the batch alone: each overwrites the one before",
        (row, rows) -> row == rows - 1 ? 1 : 0);
    sum("the gradient of the first sample of the batch alone", (row, rows) -> row == 0 ? 1 : 0);
    sum(
        "the last sample of the batch is left out of the sum",
        (row, rows) -> row == rows - 1 ? 0 : 1);
    sum("the first sample of the batch is left out of the sum", (row, rows) -> row == 0 ? 0 : 1);
    sum(
        "the last sample of the batch counts twice in the sum",
        (row, rows) -> row == rows - 1 ? 2 : 1);
    sum("the first sample of the batch counts twice in the sum", (row, rows) -> row == 0 ? 2 : 1);
    sum("every other sample is left out of the sum", (row, rows) -> row % 2 == 0 ? 1 : 0);
    int kept = summed(dout);
    if (kept > 0) {
      sum(
          "samples from number %d on are left out of the sum".formatted(kept + 1),
          (row, rows) -> row < kept ? 1 : 0);
    }
    chosen();
    places(
        "the gradient of the first window of each image alone",
        (row, column, height, width) -> row == 0 && column == 0);
    places(
        "the gradients of an image's first row of places alone are summed",
        (row, column, height, width) -> row == 0);
    places(
        "places at the image's border are left out",
        (row, column, height, width) ->
            row > 0 && column > 0 && row < height - 1 && column < width - 1);
  }

  private interface Counts {
    double of(int row, int rows);
  }

  /** Returns how many of the first samples a sum is of that is shown; 0 if it is no such sum. */
  private int summed(Tensor dout) {
    int rows = dout.shape().length(0);
    int width = Rearranged.row(dout);
    double[] shown = judged.candidate().data();
    double[] sums = first.decayed(key.path(), new double[shown.length]);
    for (int row = 0; row < rows - 1; row++) {
      double[] slopes = Arrays.copyOfRange(dout.data(), row * width, (row + 1) * width);
      double[] own = key.path().endsWith("/W") ? outer(row, slopes) : slopes;
      if (own.length == 0
          || own.length % shown.length != 0
          || (long) own.length * rows > WindowMistakes.AFFORDABLE) {
        return 0;
      }
      int places = own.length / shown.length;
      for (int i = 0; i < own.length; i++) {
        sums[i / places] += own[i];
      }
      if (judged.fits(sums)) {
        return row + 1;
      }
    }
    return 0;
  }

  /** Samples that count otherwise in the sum have something in common. */
  private void chosen() {
    List<Look> differing = new ArrayList<>();
    List<double[]> weights = new ArrayList<>();
    for (Look look : looks) {
      double[] ofSamples = look.differs(key) ? weights(look) : null;
      if (ofSamples != null) {
        differing.add(look);
        weights.add(ofSamples);
      }
    }
    for (Samples.Condition condition : Samples.of("samples", differing, weights)) {
      backwardFrom(
          condition.rank(),
          condition.told() + (condition.weight() == 0 ? " of" : " in") + " the sum",
          new Operand.Gradient(),
          (look, of, dout) -> {
            double[] counts = condition.weights(look);
            int row = Rearranged.row(dout);
            return counts == null || counts.length != dout.shape().length(0)
                ? null
                : Numbers.like(dout, i -> counts[i / row] * dout.data()[i]);
          });
    }
  }

  /** Returns how often each sample counts in the gradient of an affine layer's weights. */
  private double @Nullable [] weights(Look look) {
    Judged shown = look.judged().get(key);
    Tensor x = look.input(layer);
    Tensor dout = look.candidate(Phase.BACKWARD, layer + OUT);
    return shown == null
            || x == null
            || dout == null
            || !key.path().endsWith("/W")
            || (double) shown.candidate().size() * look.batch().size() > WindowMistakes.AFFORDABLE
            || !(look.layer(layer).orElse(null) instanceof LayerSpec.Affine)
        ? null
        : Samples.inSum(x, dout, look.undecayed(key.path(), shown.candidate().data()));
  }

  /** Returns one sample's gradient of an affine layer's weights; none of another layer. */
  private double[] outer(int row, double[] slopes) {
    Tensor x = first.input(layer);
    if (x == null || !(first.layer(layer).orElse(null) instanceof LayerSpec.Affine)) {
      return new double[0];
    }
    int inputs = Rearranged.row(x);
    return Numbers.each(
        inputs * slopes.length,
        i -> x.data()[row * inputs + i / slopes.length] * slopes[i % slopes.length]);
  }

  private void sum(String text, Counts counts) {
    backwardFrom(
        NAMED,
        text,
        new Operand.Gradient(),
        (look, of, dout) -> {
          int rows = dout.shape().length(0);
          int row = Rearranged.row(dout);
          return Numbers.like(dout, i -> counts.of(i / row, rows) * dout.data()[i]);
        });
  }

  private interface Places {
    boolean has(int row, int column, int height, int width);
  }

  private void places(String text, Places places) {
    backwardFrom(
        NAMED,
        text,
        new Operand.Gradient(),
        (look, of, dout) -> {
          if (dout.shape().rank() != 4) {
            return null;
          }
          int height = dout.shape().length(2);
          int width = dout.shape().length(3);
          int area = height * width;
          return without(dout, i -> !places.has(i % area / width, i % area % width, height, width));
        });
  }

  /** What a layer kept from elsewhere, or from another time. */
  private void others(Tensor x) {
    backwardFrom(
        NAMED,
        "it is computed from what the layer read in the step before",
        new Operand.Input(),
        (look, of, own) -> look.previous() == null ? null : look.previous().input(of));
    for (Judged other : first.judged().values()) {
      TensorKey from = other.tensor().key();
      if (from.phase() == Phase.FORWARD
          && other.tensor().perSample()
          && !from.path().equals(Look.inputOf(first.network(), layer))
          && other.candidate().size() == x.size()) {
        backwardFrom(
            "it is computed from another tensor, %s, in place of the layer's input".formatted(from),
            new Operand.Input(),
            (look, of, own) ->
                of.equals(layer) ? look.candidate(Phase.FORWARD, from.path()) : null);
      }
    }
  }

  private void backwardFrom(String text, Operand operand, Change change) {
    backwardFrom(ARITHMETIC, text, operand, change);
  }

  private void backwardFrom(Rank rank, String text, Operand operand, Change change) {
    each(
        operand,
        change,
        computed -> {
          for (Set<TensorKey> scope : scopes) {
            found.add(Hypothesis.local(rank, computed.told(text), scope, computed));
          }
        });
  }

  /** Of the layer alone, and of all layers of its kind. */
  private void each(Operand operand, Change change, Consumer<Computed> explained) {
    LayerSpec own = first.layer(layer).orElseThrow();
    for (Set<String> layers : Recomputed.groups(first, own)) {
      Computed computed = new Computed(layers, operand, change);
      if (!explains(computed)) {
        return; // most changes are wrong, and cheaply found to be
      }
      explained.accept(computed);
    }
  }

  private boolean explains(Computed computed) {
    Map<TensorKey, double[]> shown =
        Hypothesis.local(ARITHMETIC, "", Set.of(key), computed).predict(first);
    return shown != null && judged.explains(Objects.requireNonNull(shown.get(key)));
  }

  /** Layers learn from what they read, and predict, by the same operand or by the right one. */
  private void forwardFrom(String text, Operand operand, Change change) {
    each(
        operand,
        change,
        computed -> {
          for (boolean predicts : new boolean[] {true, false}) {
            for (boolean learns : new boolean[] {true, false}) {
              found.add(
                  new Hypothesis(
                      ARITHMETIC,
                      computed.told(text),
                      look -> predicted(look, computed, predicts, learns)));
            }
          }
        });
  }

  private @Nullable Map<TensorKey, double[]> predicted(
      Look look, Computed computed, boolean predicts, boolean learns) {
    Map<TensorKey, double[]> shown = computed.shown(look);
    double[] prediction = predicts && shown != null ? computed.prediction(look) : null;
    if (shown == null || (predicts && prediction == null)) {
      return null;
    }
    Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
    shown.forEach(
        (shownKey, values) -> {
          if (computed.isOutput(shownKey) || (learns && shownKey.phase() == Phase.BACKWARD)) {
            predicted.put(shownKey, values);
          }
        });
    if (prediction != null) {
      predicted.put(ExpectedTensor.PREDICTION, prediction);
    }
    return predicted;
  }

  /** What the layer shows in a step by a changed operand; the last one asked for is kept. */
  private record Shown(Computed by, Look look, @Nullable Map<TensorKey, double[]> tensors) {}

  private @Nullable Shown last;

  /** What the reference computes from a changed operand of some layers. */
  private final class Computed implements Hypothesis.Local {

    private final Set<String> layers;
    private final Operand operand;
    private final Change change;

    Computed(Set<String> layers, Operand operand, Change change) {
      this.layers = layers;
      this.operand = operand;
      this.change = change;
    }

    String told(String text) {
      return layers.size() > 1 ? text + Recomputed.EVERY : text;
    }

    boolean isOutput(TensorKey of) {
      return of.phase() == Phase.FORWARD
          && layers.contains(of.path().substring(0, of.path().lastIndexOf('/')));
    }

    @SuppressWarnings("ReferenceEquality") // of the very step, not of one like it
    @Nullable Map<TensorKey, double[]> shown(Look look) {
      Shown known = last;
      if (known == null || known.by() != this || known.look() != look) {
        Variant variant = variant(look, Variant.of(look));
        Map<TensorKey, double[]> shown = variant == null ? null : variant.stepped(reference, look);
        if (shown != null) {
          shown.keySet().removeIf(of -> !isOwn(look, of));
        }
        known = new Shown(this, look, shown);
        last = known;
      }
      return known.tensors();
    }

    @Override
    public double @Nullable [] predict(Look look, Judged of) {
      Map<TensorKey, double[]> shown = shown(look);
      return shown == null ? null : shown.get(of.tensor().key());
    }

    private boolean isOwn(Look look, TensorKey of) {
      Judged own = look.judged().get(of);
      return own != null && layers.contains(own.tensor().layer());
    }

    /** Predicts by a step in which nothing is dropped; null where training normalizes otherwise. */
    double @Nullable [] prediction(Look look) {
      boolean normalizes =
          look.network().allLayers().stream()
              .anyMatch(LayerSpec.BatchNormalization.class::isInstance);
      if (!normalizes) {
        Variant variant = variant(look, Variant.of(look).undropped());
        return variant == null ? null : variant.ungrafted(reference, ExpectedTensor.OUTPUT.key());
      }
      Variant variant =
          operand instanceof Operand.Parameter ? variant(look, Variant.of(look)) : null;
      return variant == null ? null : variant.predicted(reference, look);
    }

    /** Returns the step with the operand changed for every layer; null if a layer has none. */
    private @Nullable Variant variant(Look look, Variant variant) {
      Variant changed = variant;
      Map<TensorKey, String> shown = new HashMap<>();
      for (String of : layers) {
        String input = Look.inputOf(look.network(), of);
        if (operand instanceof Operand.Parameter parameter) {
          changed = withParameter(look, changed, of, of + "/" + parameter.name());
        } else if (operand instanceof Operand.Input && input == null) {
          changed = readsImages(look, of) ? withImages(look, changed, of) : null;
        } else {
          TensorKey meant =
              input == null || operand instanceof Operand.Gradient
                  ? new TensorKey(Phase.BACKWARD, of + OUT)
                  : new TensorKey(Phase.FORWARD, input);
          changed = isChanged(look, of, meant) ? changed : null;
          shown.put(meant, of);
        }
        if (changed == null) {
          return null;
        }
      }
      return shown.isEmpty()
          ? changed
          : changed.reading((phase, path, tensor) -> change(look, shown, phase, path, tensor));
    }

    private @Nullable Variant withParameter(Look look, Variant variant, String of, String path) {
      Tensor right = look.before(path);
      Tensor other = right == null ? null : change.of(look, of, right);
      if (other == null) {
        return null;
      }
      Map<String, Tensor> tensors = new LinkedHashMap<>(variant.before().tensors());
      tensors.put(path, other);
      return variant.with(tensors);
    }

    private @Nullable Variant withImages(Look look, Variant variant, String of) {
      Batch batch = look.batch();
      Tensor other = change.of(look, of, batch.inputs());
      return other == null || !other.shape().equals(batch.inputs().shape())
          ? null
          : variant.with(new Batch(batch.step(), other, batch.targets()));
    }

    private boolean isChanged(Look look, String of, TensorKey meant) {
      Tensor own = look.candidate(meant.phase(), meant.path());
      Tensor other = own == null ? null : change.of(look, of, own);
      return other != null
          && own != null
          && other.size() == own.size()
          && other.largestMagnitude() != 0; // says no more than that nothing was computed
    }

    private void change(
        Look look, Map<TensorKey, String> shown, Phase phase, String path, Tensor tensor) {
      String of = shown.get(new TensorKey(phase, path));
      Tensor other = of == null ? null : change.of(look, of, tensor);
      if (other != null && other.size() == tensor.size()) {
        System.arraycopy(other.data(), 0, tensor.data(), 0, tensor.size());
      }
    }
  }
}
