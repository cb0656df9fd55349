package dev.lockstep.core.diagnosis.layers;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.ARITHMETIC;
import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Local;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.hypothesis.Variant;
import dev.lockstep.core.diagnosis.layers.Expressions.Expression;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoublePredicate;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Known mistakes within layers that show in some of the tensors that differ, such as a gradient or
 * the statistics of a normalization; those of a whole layer are {@link LayerVariants}.
 */
public final class LayerMistakes {

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

  public static List<Hypothesis> of(ModelProvider reference, Look first, Set<TensorKey> scope) {
    LayerMistakes mistakes = new LayerMistakes(reference, first, scope);
    switch (mistakes.key.phase()) {
      case FORWARD -> mistakes.divisors();
      case BACKWARD -> mistakes.backward();
      case LOSS, UPDATE -> {}
    }
    return mistakes.found;
  }

  private void local(String text, Local local) {
    local(NAMED, text, local);
  }

  private void local(Hypothesis.Rank rank, String text, Local local) {
    found.add(Hypothesis.local(rank, text, scope, local));
  }

  private void divisors() {
    if (first.layer(judged.tensor().layer()).orElse(null)
        instanceof LayerSpec.BatchNormalization norm) {
      new NormalizationMistakes(reference, first, scope, found).divisors(norm);
    }
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
    } else if (layer instanceof LayerSpec.Pooling pool) {
      winners(pool);
    } else if (layer instanceof LayerSpec.Dropout dropout) {
      dropout();
      masksOfOthers(dropout);
    } else if (layer instanceof LayerSpec.BatchNormalization) {
      new NormalizationMistakes(reference, first, scope, found).gradients();
    } else if (layer instanceof LayerSpec.Convolution convolution) {
      overlap();
      withoutStride(convolution);
    } else if (layer instanceof LayerSpec.Branches branches) {
      skips(branches);
      overwritten(branches);
      JoinMistakes.addBackward(
          first, judged, branches, new Recomputed(reference, first, found), found);
    } else if (layer instanceof LayerSpec.LocalResponse response) {
      new ResponseMistakes(response).gradients(this::local);
    } else if (layer == null) {
      lossGradient();
    }
    if (!(layer instanceof LayerSpec.Dropout)) {
      local(
          "it is the gradient of the layer's output, handed on as it is, without its derivative",
          (look, judged) -> {
            Tensor dout = look.candidate(Phase.BACKWARD, judged.tensor().layer() + "/out");
            return dout != null && dout.size() == judged.candidate().size() ? dout.data() : null;
          });
    }
    if (layer instanceof LayerSpec.Affine
        || layer instanceof LayerSpec.Convolution
        || layer instanceof LayerSpec.BatchNormalization) {
      updatedBefore();
    }
  }

  /** What several branches read takes the gradients of all of them. */
  private void overwritten(LayerSpec.Branches branches) {
    List<String> starts =
        branches.branches().stream()
            .filter(branch -> !branch.isEmpty())
            .map(branch -> branch.get(0).name())
            .toList();
    for (String start : starts) {
      local(
          "the gradient of the branch that begins with %s alone goes back: it overwrites the others"
              .formatted(start),
          (look, judged) -> {
            Set<String> others =
                starts.stream()
                    .filter(other -> !other.equals(start))
                    .map(other -> other + "/out")
                    .collect(Collectors.toSet());
            Map<TensorKey, double[]> shown =
                Variant.of(look)
                    .reading(
                        (phase, path, tensor) -> {
                          if (phase == Phase.BACKWARD && others.contains(path)) {
                            Arrays.fill(tensor.data(), 0);
                          }
                        })
                    .stepped(reference, look);
            double[] all = shown == null ? null : shown.get(judged.tensor().key());
            Tensor dout = look.candidate(Phase.BACKWARD, judged.tensor().layer() + "/out");
            int skips = branches.branches().size() - starts.size();
            return all == null || skips == 0
                ? all
                : dout == null || dout.size() != all.length
                    ? null
                    : Numbers.plus(all, -skips, dout.data());
          });
    }
  }

  /** A branch without layers hands its gradient back as it is. */
  private void skips(LayerSpec.Branches branches) {
    if (branches.join() == LayerSpec.Join.SUM
        && branches.branches().stream().anyMatch(List::isEmpty)) {
      skip("the gradient of the branch without layers, the skip connection, is missing", -1);
      skip("the gradient of the branch without layers, the skip connection, counts twice", 1);
    }
  }

  private void skip(String text, double times) {
    local(
        text,
        (look, judged) -> {
          Tensor dout = look.candidate(Phase.BACKWARD, judged.tensor().layer() + "/out");
          return dout == null || dout.size() != judged.reference().size()
              ? null
              : Numbers.plus(judged.reference().data(), times, dout.data());
        });
  }

  private void lossGradient() {
    local(
        "the derivative of the outputs, y(1 - y), is applied once more",
        (look, judged) -> {
          Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
          return y == null || y.size() != judged.reference().size()
              ? null
              : Numbers.each(
                  y.size(), i -> judged.reference().data()[i] * y.data()[i] * (1 - y.data()[i]));
        });
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
    if (function instanceof ActivationFunction.Relu) {
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
    if (!(function instanceof ActivationFunction.Relu)) {
      double slope = slope();
      if (Double.isFinite(slope) && Math.abs(slope - 1) > ROUNDING) {
        derivative(Numbers.setting(slope) + " below 0, 1 above", (x, y) -> x > 0 ? 1 : slope);
      }
      constant();
      String name = function instanceof ActivationFunction.Sigmoid ? "the sigmoid" : function.id();
      derivative(
          "that at its output: %s is taken twice".formatted(name),
          (x, y) -> Slopes.of(function, y));
      if (!isFormula(function)) {
        Slopes.others(function)
            .forEach(other -> derivative("that of " + other.id(), (x, y) -> Slopes.of(other, x)));
      }
    }
  }

  /** Adds the first of many small formulas that is what the candidate shows, if one is. */
  private boolean isFormula(ActivationFunction function) {
    String layer = judged.tensor().layer();
    Tensor x = first.input(layer);
    Tensor y = first.candidate(Phase.FORWARD, layer + "/out");
    Tensor dout = first.candidate(Phase.BACKWARD, layer + "/out");
    if (x == null || y == null || dout == null || x.size() != dout.size()) {
      return false;
    }
    String right =
        function instanceof ActivationFunction.Sigmoid
            ? " in place of y(1 - y)"
            : function instanceof ActivationFunction.Tanh ? " in place of 1 - y²" : "";
    double furthest = judged.furthest();
    double alpha = function instanceof ActivationFunction.Elu elu ? elu.alpha() : 1;
    double above = function instanceof ActivationFunction.Selu ? Slopes.SELU_SCALE : 1;
    boolean bent =
        function instanceof ActivationFunction.Elu
            || function instanceof ActivationFunction.Selu
            || function instanceof ActivationFunction.LeakyRelu;
    for (Expression expression : Expressions.ofInputAndOutput()) {
      DoubleBinaryOperator value = expression.value();
      List<Map.Entry<String, DoubleBinaryOperator>> forms = new ArrayList<>();
      if (bent) {
        bent(forms, value, v -> v > 0, above, alpha);
        // where many inputs are 0, as of black pixels, it matters whose they are
        bent(forms, value, v -> v >= 0, above, alpha);
      } else {
        forms.add(Map.entry("%s", value));
      }
      for (Map.Entry<String, DoubleBinaryOperator> form : forms) {
        DoubleBinaryOperator derivative = form.getValue();
        IntToDoubleFunction predicted =
            i -> dout.data()[i] * derivative.applyAsDouble(x.data()[i], y.data()[i]);
        if (isNear(predicted, furthest) && judged.explains(Numbers.each(x.size(), predicted))) {
          derivative(ARITHMETIC, form.getKey().formatted(expression.text()) + right, derivative);
          return true;
        }
      }
    }
    return false;
  }

  /** The derivative is one number, wherever the input lies. */
  private void constant() {
    Tensor dout = first.candidate(Phase.BACKWARD, judged.tensor().layer() + "/out");
    if (dout != null && dout.size() == judged.candidate().size()) {
      double number = Numbers.exact(Numbers.leastSquares(dout.data(), judged.candidate().data()));
      if (Double.isFinite(number) && number != 0 && number != 1) {
        derivative(
            ARITHMETIC, "%s everywhere".formatted(Numbers.setting(number)), (x, y) -> number);
      }
    }
  }

  /** Adds the forms of a derivative that is a number above 0. */
  private static void bent(
      List<Map.Entry<String, DoubleBinaryOperator>> forms,
      DoubleBinaryOperator value,
      DoublePredicate isAbove,
      double above,
      double alpha) {
    forms.add(
        Map.entry("%s below 0", (x, y) -> isAbove.test(x) ? above : value.applyAsDouble(x, y)));
    forms.add(
        Map.entry(
            "%s + alpha below 0",
            (x, y) -> isAbove.test(x) ? 1 : value.applyAsDouble(x, y) + alpha));
    forms.add(
        Map.entry(
            "alpha·%s below 0", (x, y) -> isAbove.test(x) ? 1 : value.applyAsDouble(x, y) * alpha));
  }

  /** Ends at the first element that lies further away: most formulas have one at once. */
  private boolean isNear(IntToDoubleFunction predicted, double furthest) {
    double[] shown = judged.candidate().data();
    for (int i = 0; i < shown.length; i++) {
      if (!(Math.abs(predicted.applyAsDouble(i) - shown[i]) <= furthest)) {
        return false;
      }
    }
    return true;
  }

  /** Fitted where the input is below 0. */
  private double slope() {
    Tensor x = first.input(judged.tensor().layer());
    Tensor dout = first.candidate(Phase.BACKWARD, judged.tensor().layer() + "/out");
    if (x == null || dout == null || x.size() != dout.size()) {
      return Double.NaN;
    }
    return Numbers.leastSquares(
        Numbers.each(x.size(), i -> x.data()[i] <= 0 ? dout.data()[i] : 0),
        Numbers.each(x.size(), i -> x.data()[i] <= 0 ? judged.candidate().data()[i] : 0));
  }

  private void derivative(String text, DoubleBinaryOperator derivative) {
    derivative(NAMED, text, derivative);
  }

  private void derivative(Hypothesis.Rank rank, String text, DoubleBinaryOperator derivative) {
    local(
        rank,
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

  /** Computes elementwise from a layer's input and the gradient after it. */
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

  /** What was dropped is kept in one place for several layers. */
  private void masksOfOthers(LayerSpec.Dropout own) {
    for (LayerSpec layer : first.network().allLayers()) {
      if (layer instanceof LayerSpec.Dropout other && !other.name().equals(own.name())) {
        local(
            "dropout goes back through the mask of %s".formatted(other.name()),
            (look, judged) -> {
              Tensor dout = look.candidate(Phase.BACKWARD, judged.tensor().layer() + "/out");
              if (dout == null) {
                return null;
              }
              double scale = own.inverted() ? 1 / (1 - own.ratio()) : 1;
              double[] mask =
                  look.step().masks().mask(other.name(), other.ratio(), dout.shape()).data();
              return Numbers.each(dout.size(), i -> dout.data()[i] * mask[i] * scale);
            });
      }
    }
  }

  private void winners(LayerSpec.Pooling pooling) {
    boolean max = pooling.type() == LayerSpec.PoolingType.MAX;
    for (Pooled.Winner winner :
        max ? Pooled.Winner.values() : new Pooled.Winner[] {Pooled.Winner.TOP_LEFT}) {
      for (boolean inside : new boolean[] {false, true}) {
        if (!inside || pooling.window().pad() > 0) {
          pooled(
              NAMED,
              winner.text(),
              (pool, x, dout, shown) -> Pooled.gradient(pool, x, dout, winner, inside));
        }
      }
    }
    if (max) {
      pooled(
          ARITHMETIC,
          "of several largest elements of a window another than the first takes the gradient",
          Pooled::ofAnyTie);
    }
  }

  private interface OfWindows {
    double @Nullable [] gradient(LayerSpec.Pooling pool, Tensor x, Tensor dout, double[] shown);
  }

  private void pooled(Hypothesis.Rank rank, String text, OfWindows ofWindows) {
    found.add(
        Hypothesis.local(
            rank,
            text,
            scope,
            (look, judged) -> {
              LayerSpec layer = look.layer(judged.tensor().layer()).orElse(null);
              Tensor x = look.input(judged.tensor().layer());
              Tensor dout = look.candidate(Phase.BACKWARD, judged.tensor().layer() + "/out");
              return x == null || dout == null || !(layer instanceof LayerSpec.Pooling pool)
                  ? null
                  : ofWindows.gradient(pool, x, dout, judged.candidate().data());
            }));
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
                  || (long) dout.size() * (w.size() / w.shape().length(0))
                      > WindowMistakes.AFFORDABLE
                  || !(layer instanceof LayerSpec.Convolution conv)
              ? null
              : Pooled.assigned(conv, judged.reference().shape(), w, dout);
        });
  }

  /** Gradients of a convolution as if its windows lay side by side. */
  private void withoutStride(LayerSpec.Convolution convolution) {
    Window window = convolution.window();
    if (window.stride() == 1 || !window.isPlain()) {
      return;
    }
    local(
        "the windows are taken one element apart in place of %d".formatted(window.stride()),
        (look, judged) -> {
          String layer = judged.tensor().layer();
          Tensor x = look.input(layer);
          Tensor w = look.before(layer + "/W");
          Tensor dout = look.candidate(Phase.BACKWARD, layer + "/out");
          if (x == null
              || w == null
              || dout == null
              || (long) dout.size() * (w.size() / w.shape().length(0))
                  > WindowMistakes.AFFORDABLE) {
            return null;
          }
          int filters = w.shape().length(0);
          Patches patches =
              new Patches(
                  new Window(window.height(), window.width(), 1, window.pad()),
                  Patches.Border.ZERO,
                  x.shape(),
                  dout.shape());
          return judged.tensor().perSample()
              ? patches.convolvedBack(dout.data(), w.data(), filters, x.shape().length(0))
              : look.decayed(layer + "/W", patches.kernelGradient(x.data(), dout.data(), filters));
        });
  }

  private void updatedBefore() {
    local(
        "the gradient passes through weights that are already updated",
        (look, judged) -> {
          ModelState after = look.step().after();
          Map<TensorKey, double[]> shown =
              after == null ? null : Variant.of(look).with(after.tensors()).shown(reference, look);
          return shown == null ? null : shown.get(judged.tensor().key());
        });
  }

  private void parameterGradients() {
    LayerSpec layer = first.layer(judged.tensor().layer()).orElse(null);
    if (key.path().endsWith("/W") && layer instanceof LayerSpec.Convolution convolution) {
      withoutStride(convolution);
    }
    if (key.path().endsWith("/b") && layer instanceof LayerSpec.Convolution) {
      local(
          "it is summed along the wrong axis: the places are taken for filters",
          (look, judged) -> {
            Tensor dout = look.candidate(Phase.BACKWARD, judged.tensor().layer() + "/out");
            return dout == null ? null : Numbers.columnSums(dout, judged.reference().size());
          });
    }
    new NormalizationMistakes(reference, first, scope, found).gammas();
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
  }

  /** Weight decay of another strength or kind. */
  private void weights() {
    Tensor w = first.before(key.path());
    if (w == null || w.size() < 2) {
      return;
    }
    double right = first.decay(key.path()) == null ? 0 : first.network().weightDecay();
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
    if (w.shape().rank() == 2 && w.shape().length(0) == w.shape().length(1)) {
      int side = w.shape().length(0);
      local(
          "its weight decay is that of the transposed weights",
          (look, judged) -> {
            Tensor before = look.before(judged.tensor().key().path());
            return before == null || before.size() != side * side
                ? null
                : Numbers.each(
                    before.size(),
                    i ->
                        judged.reference().data()[i]
                            + lambda
                                * (before.data()[i % side * side + i / side] - before.data()[i]));
          });
    }
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
}
