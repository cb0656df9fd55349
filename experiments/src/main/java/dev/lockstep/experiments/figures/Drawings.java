package dev.lockstep.experiments.figures;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.Figure.Axis;
import dev.lockstep.core.result.Figure.Series;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.Form;
import dev.lockstep.core.yaml.YamlValue;
import dev.lockstep.dl4j.translate.Functions;
import dev.lockstep.scratch.book.learning.GradientDescent;
import dev.lockstep.scratch.book.learning.NumericalGradient;
import dev.lockstep.scratch.book.neuralnetwork.Activations;
import dev.lockstep.scratch.book.techniques.ActivationHistograms;
import dev.lockstep.scratch.book.techniques.OptimizerPaths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Makes the drawings of experiment files, by what stands there under {@code figure}. */
final class Drawings {

  private static final Map<String, Function<Fields, Drawing>> KINDS = kinds();

  private static final int HISTOGRAM_BINS = 30;

  /** How finely contours are drawn; nothing is computed from it. */
  private static final int CONTOUR_POINTS = 41;

  private Drawings() {}

  private static Map<String, Function<Fields, Drawing>> kinds() {
    Map<String, Function<Fields, Drawing>> kinds = new LinkedHashMap<>();
    kinds.put("activations", Drawings::activations);
    kinds.put("gradientField", Drawings::gradientField);
    kinds.put("gradientDescent", Drawings::gradientDescent);
    kinds.put("optimizerPaths", Drawings::optimizerPaths);
    kinds.put("activationHistograms", Drawings::activationHistograms);
    return kinds;
  }

  /**
   * Reads a drawing with all of its settings.
   *
   * @throws dev.lockstep.core.UsageException for a kind that there is not, or a setting that does
   *     not fit
   */
  static Drawing read(Fields file) {
    file.text("chapter");
    file.text("shows");
    file.optionalInteger("seconds");
    String kind = file.choice("figure", List.copyOf(KINDS.keySet()));
    return KINDS.getOrDefault(kind, Drawings::activations).apply(file);
  }

  /** Returns everything that may stand in the file of a drawing, found out from what reads it. */
  static List<Form> forms() {
    Map<String, Consumer<Fields>> readers = new LinkedHashMap<>();
    KINDS.keySet().forEach(kind -> readers.put("figure." + kind, Drawings::read));
    return Form.all(Drawings.class, readers);
  }

  private static Drawing activations(Fields file) {
    List<ActivationFunction> functions =
        List.of(
            ActivationFunction.STEP,
            ActivationFunction.SIGMOID,
            ActivationFunction.RELU,
            ActivationFunction.TANH);
    Tensor x = vector(positions(file));
    return new Drawing(
        x,
        input -> named(functions, f -> f.id(), f -> Activations.apply(Activations.of(f), input)),
        input -> named(functions, f -> f.id(), f -> Functions.apply(f, input)),
        curves ->
            new Figure.Lines(
                "activations",
                "Activation functions",
                "Step and sigmoid stay between 0 and 1, tanh between −1 and 1; ReLU lets through what is above 0.",
                Axis.linear("x", ""),
                Axis.linear("output", ""),
                2,
                curves.entrySet().stream()
                    .map(
                        curve ->
                            new Figure.Lines.Panel(
                                curve.getKey(),
                                List.of(
                                    new Series(curve.getKey(), list(x), list(curve.getValue())))))
                    .toList()));
  }

  private static Drawing gradientField(Fields file) {
    List<Double> positions = positions(file);
    int side = positions.size();
    Tensor points = Tensor.zeros(Shape.of(side * side, 2));
    for (int i = 0; i < side * side; i++) {
      points.data()[2 * i] = positions.get(i % side);
      points.data()[2 * i + 1] = positions.get(i / side);
    }
    return new Drawing(
        points,
        input -> Map.of("gradient", numericalGradient(input)),
        input -> Map.of("gradient", Functions.gradient(1, 1, input)),
        numbers ->
            new Figure.VectorField(
                "gradient-field",
                "Where f(x₀, x₁) = x₀² + x₁² falls fastest",
                "Every arrow is −gradient. All point to the minimum at (0, 0), the longer the further from it.",
                Axis.linear("x₀", ""),
                Axis.linear("x₁", ""),
                arrows(points, numbers.values().iterator().next())));
  }

  private static Tensor numericalGradient(Tensor points) {
    Tensor gradients = Tensor.zeros(points.shape());
    for (int i = 0; i < points.size(); i += 2) {
      Tensor point = Tensor.of(Shape.of(2), points.data()[i], points.data()[i + 1]);
      Tensor gradient = NumericalGradient.gradient(Drawings::sumOfSquares, point);
      System.arraycopy(gradient.data(), 0, gradients.data(), i, 2);
    }
    return gradients;
  }

  private static double sumOfSquares(Tensor x) {
    return Arrays.stream(x.data()).map(value -> value * value).sum();
  }

  private static List<Figure.VectorField.Arrow> arrows(Tensor points, Tensor gradients) {
    return IntStream.range(0, points.shape().length(0))
        .mapToObj(
            i ->
                new Figure.VectorField.Arrow(
                    points.data()[2 * i],
                    points.data()[2 * i + 1],
                    -gradients.data()[2 * i],
                    -gradients.data()[2 * i + 1]))
        .toList();
  }

  private static Drawing gradientDescent(Fields file) {
    Tensor start = start(file);
    double learningRate = file.number("learningRate");
    int steps = file.integer("steps");
    OptimizerSpec sgd = new OptimizerSpec.Sgd(LearningRate.constant(learningRate));
    return new Drawing(
        start,
        from ->
            Map.of("path", GradientDescent.path(Drawings::sumOfSquares, from, learningRate, steps)),
        from -> Map.of("path", Functions.path(1, 1, sgd, from, steps)),
        paths ->
            contours(
                "gradient-descent",
                "Down f(x₀, x₁) = x₀² + x₁² by its gradient",
                "Every step takes the learning rate times the gradient; near the minimum the steps grow short.",
                5,
                5,
                (x, y) -> x * x + y * y,
                paths));
  }

  private static Drawing optimizerPaths(Fields file) {
    int steps = file.integer("steps");
    Map<String, OptimizerSpec> optimizers = OptimizerPaths.OPTIMIZERS;
    List<String> names = List.copyOf(optimizers.keySet());
    return new Drawing(
        start(file),
        from -> named(names, n -> n, n -> OptimizerPaths.path(spec(n), from, steps)),
        from -> named(names, n -> n, n -> Functions.path(0.05, 1, spec(n), from, steps)),
        paths ->
            contours(
                "optimizer-paths",
                "Four optimizers down f(x, y) = x²/20 + y²",
                "SGD zigzags across the valley; Momentum rolls along it, AdaGrad and Adam damp the steep direction.",
                10,
                5,
                OptimizerPaths::f,
                paths));
  }

  private static OptimizerSpec spec(String name) {
    return java.util.Objects.requireNonNull(OptimizerPaths.OPTIMIZERS.get(name));
  }

  private static Drawing activationHistograms(Fields file) {
    long seed = file.integer("seed", 1);
    List<Network> networks =
        List.of(
            new Network(ActivationFunction.SIGMOID, "std 1", new InitialValues.Normal(1)),
            new Network(ActivationFunction.SIGMOID, "std 0.01", new InitialValues.Normal(0.01)),
            new Network(ActivationFunction.SIGMOID, "Xavier", new InitialValues.Xavier()),
            new Network(ActivationFunction.RELU, "std 0.01", new InitialValues.Normal(0.01)),
            new Network(ActivationFunction.RELU, "Xavier", new InitialValues.Xavier()),
            new Network(ActivationFunction.RELU, "He", new InitialValues.He()),
            new Network(ActivationFunction.TANH, "Xavier", new InitialValues.Xavier()));
    return new Drawing(
        ActivationHistograms.input(new Random(seed)),
        input ->
            layers(
                networks,
                n -> ActivationHistograms.activations(input, n.weights(seed), n.function())),
        input -> layers(networks, n -> Functions.activations(input, n.weights(seed), n.function())),
        Drawings::histograms);
  }

  private record Network(ActivationFunction function, String initial, InitialValues values) {
    String name() {
      return function.id() + ", " + initial;
    }

    List<Tensor> weights(long seed) {
      return ActivationHistograms.weights(values, new Random(seed + 1));
    }
  }

  private static Map<String, Tensor> layers(
      List<Network> networks, Function<Network, List<Tensor>> activations) {
    Map<String, Tensor> layers = new LinkedHashMap<>();
    for (Network network : networks) {
      List<Tensor> outputs = activations.apply(network);
      for (int i = 0; i < outputs.size(); i++) {
        layers.put(network.name() + ", layer " + (i + 1), outputs.get(i));
      }
    }
    return layers;
  }

  private static Figure histograms(Map<String, Tensor> layers) {
    List<Figure.Histograms.Histogram> panels = new ArrayList<>();
    layers.forEach(
        (name, values) -> {
          double from = name.startsWith(ActivationFunction.TANH.id()) ? -1 : 0;
          Tensor counts = ActivationHistograms.histogram(values, HISTOGRAM_BINS, from, 1);
          panels.add(
              new Figure.Histograms.Histogram(
                  name, from, 1, Arrays.stream(counts.data()).mapToObj(c -> (long) c).toList()));
        });
    return new Figure.Histograms(
        "activation-histograms",
        "What five layers make of normal numbers",
        "Sigmoid: with std 1 the outputs stick to 0 and 1, with 0.01 they crowd around 0.5, with Xavier they spread. ReLU: with 0.01 they vanish, with Xavier they shrink from layer to layer, with He they keep their spread. Outputs above 1 are not drawn.",
        Axis.linear("activation", ""),
        5,
        panels);
  }

  private static Figure contours(
      String id,
      String title,
      String caption,
      double halfWidth,
      double halfHeight,
      DoubleBinaryOperator f,
      Map<String, Tensor> paths) {
    List<Double> xs = evenly(halfWidth);
    List<Double> ys = evenly(halfHeight);
    return new Figure.Contours(
        id,
        title,
        caption,
        Axis.linear("x", ""),
        Axis.linear("y", ""),
        Axis.linear("f", ""),
        xs,
        ys,
        ys.stream().map(y -> xs.stream().map(x -> f.applyAsDouble(x, y)).toList()).toList(),
        paths.entrySet().stream()
            .map(path -> new Series(path.getKey(), column(path, 0), column(path, 1)))
            .toList());
  }

  private static List<Double> evenly(double half) {
    return IntStream.range(0, CONTOUR_POINTS)
        .mapToObj(i -> half * (2.0 * i / (CONTOUR_POINTS - 1) - 1))
        .toList();
  }

  private static List<Double> column(Map.Entry<String, Tensor> path, int column) {
    double[] points = path.getValue().data();
    return IntStream.range(0, points.length / 2).mapToObj(i -> points[2 * i + column]).toList();
  }

  private static <T> Map<String, Tensor> named(
      List<T> items, Function<T, String> name, Function<T, Tensor> value) {
    Map<String, Tensor> named = new LinkedHashMap<>();
    items.forEach(item -> named.put(name.apply(item), value.apply(item)));
    return named;
  }

  private static List<Double> list(Tensor values) {
    return DoubleStream.of(values.data()).boxed().toList();
  }

  private static Tensor vector(List<Double> values) {
    return Tensor.of(
        Shape.of(values.size()), values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Reads {@code from}, {@code to} and {@code step}: both ends included, 0 exact. */
  private static List<Double> positions(Fields file) {
    double from = file.number("from");
    double to = file.number("to");
    double step = file.number("step");
    if (!(step > 0) || !(to > from) || (to - from) / step > 1000) {
      throw new IllegalArgumentException(
          "expected at most 1,000 steps from 'from' up to 'to', found %s to %s by %s"
              .formatted(from, to, step));
    }
    return IntStream.rangeClosed(0, (int) Math.round((to - from) / step))
        .mapToObj(i -> (Math.round(from / step) + i) * step)
        .toList();
  }

  private static Tensor start(Fields file) {
    List<YamlValue> values = file.list("start");
    if (values.size() != 2) {
      throw Fields.expected("two numbers", file.required("start"), "start");
    }
    return vector(values.stream().map(value -> Fields.number(value, "start")).toList());
  }
}
