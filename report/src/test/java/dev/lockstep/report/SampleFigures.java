package dev.lockstep.report;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.Figure.Axis;
import dev.lockstep.core.result.Figure.ConfusionMatrices;
import dev.lockstep.core.result.Figure.Contours;
import dev.lockstep.core.result.Figure.HeatMap;
import dev.lockstep.core.result.Figure.Histograms;
import dev.lockstep.core.result.Figure.Images;
import dev.lockstep.core.result.Figure.Lines;
import dev.lockstep.core.result.Figure.ParallelCoordinates;
import dev.lockstep.core.result.Figure.Scatter;
import dev.lockstep.core.result.Figure.Series;
import dev.lockstep.core.result.Figure.VectorField;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** One figure of every kind, in the shape of the book's. */
final class SampleFigures {

  private static final int SEED = 7;

  private SampleFigures() {}

  static List<Figure> all() {
    return List.of(
        activations(),
        batchNormGrid(),
        activationHistograms(),
        optimizerPaths(),
        gradientField(),
        filters(),
        misclassified(),
        confusion(),
        heatMap(),
        scatter(),
        search());
  }

  /** The gradient of a tensor whose errors grow from the first row to the last. */
  static Figure.Elements elements(String tensor, long step) {
    boolean weights = tensor.endsWith("/W");
    int rows = weights ? 32 : 1;
    List<List<Integer>> map =
        IntStream.range(0, rows)
            .mapToObj(
                row ->
                    IntStream.range(0, 25)
                        .mapToObj(column -> column == 0 ? -99 : row == 3 && column == 7 ? 125 : row)
                        .toList())
            .toList();
    List<Long> counts = IntStream.range(0, 24).mapToObj(bin -> (long) bin * (23 - bin)).toList();
    return new Figure.Elements(
        "elements-backward-" + tensor,
        tensor + ", backward, step " + step,
        "How values and errors are spread.",
        step,
        Phase.BACKWARD,
        tensor.substring(0, tensor.indexOf('/')),
        tensor,
        Reading.SINGLE_LAYER,
        weights ? List.of(100, 50) : List.of(50),
        2.2e-16,
        weights ? List.of(10, 14) : List.of(14),
        0.0125,
        0.0135,
        -0.02,
        0.02,
        counts,
        counts.stream().map(count -> count + 1).toList(),
        List.of(25L, 0L, 100L, 800L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L),
        map);
  }

  static Figure weights(String layer) {
    return new Images(
        Figure.WEIGHTS + layer,
        "Weights of %s as images".formatted(layer),
        "Two units.",
        4,
        4,
        2,
        -1,
        1,
        IntStream.range(0, 4)
            .mapToObj(
                picture ->
                    new Images.Picture(
                        "unit " + picture,
                        IntStream.range(0, 16).mapToObj(pixel -> pixel / 8.0 - 1).toList()))
            .toList());
  }

  private static List<Double> range(double from, double to, int points) {
    return IntStream.range(0, points).mapToObj(i -> from + (to - from) * i / (points - 1)).toList();
  }

  private static Series curve(String name, List<Double> x, DoubleUnaryOperator f) {
    return new Series(name, x, x.stream().map(f::applyAsDouble).toList());
  }

  static Figure activations() {
    List<Double> x = range(-6, 6, 49);
    return new Lines(
        "activations",
        "Activation functions",
        "Step, sigmoid, ReLU and tanh over −6 to 6.",
        Axis.linear("x", ""),
        Axis.linear("y", ""),
        1,
        List.of(
            new Lines.Panel(
                "",
                List.of(
                    curve("step", x, v -> v > 0 ? 1 : 0),
                    curve("sigmoid", x, v -> 1 / (1 + Math.exp(-v))),
                    curve("tanh", x, Math::tanh),
                    curve("ReLU", x, v -> Math.max(0, v))))));
  }

  static Figure batchNormGrid() {
    List<Double> epochs = range(0, 19, 20);
    List<Lines.Panel> panels = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      double std = Math.pow(10, -4 * i / 15.0);
      double speed = 0.1 + 0.05 * (i % 5);
      boolean diverges = i < 2;
      panels.add(
          new Lines.Panel(
              "std %.4f".formatted(std),
              List.of(
                  curve("with", epochs, e -> 1 - Math.exp(-0.3 * (e + 1))),
                  curve(
                      "without",
                      epochs,
                      e ->
                          diverges && e > 2
                              ? Double.NaN
                              : 0.1 + 0.8 * (1 - Math.exp(-speed * e))))));
    }
    return new Lines(
        "batch-norm",
        "Batch normalization, by initial standard deviation",
        "With it every one of the sixteen networks learns; without it only some do.",
        Axis.linear("epoch", ""),
        Axis.linear("training accuracy", "share"),
        4,
        panels);
  }

  static Figure activationHistograms() {
    List<Histograms.Histogram> panels = new ArrayList<>();
    for (int layer = 1; layer <= 5; layer++) {
      Random random = new Random(layer);
      long[] counts = new long[30];
      double sharpness = (layer - 1) * 0.8;
      for (int i = 0; i < 100_000; i++) {
        double y = 1 / (1 + Math.exp(-sharpness * random.nextGaussian()));
        counts[(int) Math.min(29, 30 * y)]++;
      }
      panels.add(
          new Histograms.Histogram(
              "layer " + layer, 0, 1, IntStream.range(0, 30).mapToObj(i -> counts[i]).toList()));
    }
    return new Histograms(
        "activation-histograms",
        "Activations, sigmoid, standard deviation 1",
        "In the first all outputs are the same; the deeper the layer, the more lie at 0 and 1.",
        Axis.linear("activation", ""),
        5,
        panels);
  }

  static Figure optimizerPaths() {
    List<Double> xs = range(-10, 10, 61);
    List<Double> ys = range(-5, 5, 41);
    List<List<Double>> heights =
        ys.stream().map(y -> xs.stream().map(x -> x * x / 20 + y * y).toList()).toList();
    return new Contours(
        "optimizer-paths",
        "Four optimizers on x²/20 + y²",
        "From (−7, 2): SGD zigzags, Momentum rolls, AdaGrad and Adam steer to the middle.",
        Axis.linear("x", ""),
        Axis.linear("y", ""),
        Axis.logarithmic("f(x, y)", ""),
        xs,
        ys,
        heights,
        List.of(descent("SGD", 0.95, 0), descent("Momentum", 0.1, 0.9), descent("slow", 0.3, 0)));
  }

  private static Series descent(String name, double rate, double momentum) {
    List<Double> xs = new ArrayList<>(List.of(-7.0));
    List<Double> ys = new ArrayList<>(List.of(2.0));
    double x = -7;
    double y = 2;
    double vx = 0;
    double vy = 0;
    for (int i = 0; i < 30; i++) {
      vx = momentum * vx - rate * x / 10;
      vy = momentum * vy - rate * 2 * y;
      x += vx;
      y += vy;
      xs.add(x);
      ys.add(y);
    }
    return new Series(name, xs, ys);
  }

  static Figure gradientField() {
    List<VectorField.Arrow> arrows = new ArrayList<>();
    for (double y : range(-2, 2.25, 18)) {
      for (double x : range(-2, 2.25, 18)) {
        arrows.add(new VectorField.Arrow(x, y, -2 * x, -2 * y));
      }
    }
    return new VectorField(
        "gradient-field",
        "−gradient of x₀² + x₁²",
        "Every arrow points to the lowest place and is longer the further away it is.",
        Axis.linear("x₀", ""),
        Axis.linear("x₁", ""),
        arrows);
  }

  static Figure filters() {
    Random random = new Random(SEED);
    return new Images(
        "filters",
        "First-layer filters",
        "After training they have turned into edges and blobs.",
        5,
        5,
        10,
        -1,
        1,
        IntStream.rangeClosed(1, 30)
            .mapToObj(
                i -> new Images.Picture("filter " + i, random.doubles(25, -1, 1).boxed().toList()))
            .toList());
  }

  static Figure misclassified() {
    List<Images.Picture> pictures = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int radius = 5 + i % 5;
      pictures.add(
          new Images.Picture(
              "is 0 · scratch 6 · DL4J " + (i % 3 == 0 ? 5 : 6),
              IntStream.range(0, 784)
                  .mapToObj(
                      p -> {
                        double d = Math.hypot(p % 28 - 14, p / 28 - 14) - radius;
                        return Math.max(0, Math.rint(255 * (1 - Math.abs(d) / 2)));
                      })
                  .toList()));
    }
    return new Images(
        "misclassified",
        "Digits that the network gets wrong",
        "What each is, and both sides' answers.",
        28,
        28,
        10,
        0,
        255,
        pictures);
  }

  static Figure confusion() {
    List<String> digits = IntStream.range(0, 10).mapToObj(Integer::toString).toList();
    return new ConfusionMatrices(
        "confusion",
        "Confusion matrix",
        "Rows are what the image is, columns what the network says.",
        digits,
        List.of(
            new ConfusionMatrices.Matrix("scratch", counts(1)),
            new ConfusionMatrices.Matrix("deeplearning4j", counts(2))));
  }

  private static List<List<Long>> counts(int seed) {
    Random random = new Random(seed);
    return IntStream.range(0, 10)
        .mapToObj(
            i ->
                IntStream.range(0, 10)
                    .mapToObj(j -> (long) (i == j ? 950 + random.nextInt(60) : random.nextInt(12)))
                    .toList())
        .toList();
  }

  static Figure heatMap() {
    return new HeatMap(
        "learning-rates",
        "Test accuracy by learning rate and batch size",
        "The best lie on a diagonal; the largest rates leave the finite numbers.",
        "learning rate",
        "batch size",
        Axis.linear("test accuracy", "share"),
        List.of("0.001", "0.01", "0.1", "1"),
        List.of("10", "32", "100", "1000"),
        List.of(
            List.of(0.912, 0.894, 0.85, 0.71),
            List.of(0.965, 0.951, 0.93, 0.88),
            List.of(0.971, 0.976, 0.972, 0.951),
            List.of(Double.NaN, 0.098, 0.93, 0.962)));
  }

  static Figure scatter() {
    Random random = new Random(SEED);
    List<Scatter.Group> groups = new ArrayList<>();
    for (String side : List.of("scratch", "deeplearning4j")) {
      groups.add(
          new Scatter.Group(
              side,
              IntStream.range(0, 40)
                  .mapToObj(
                      i -> {
                        double rate = Math.pow(10, -6 + 4 * random.nextDouble());
                        double accuracy = 0.1 + 0.8 / (1 + Math.pow(1e-3 / rate, 1.5));
                        return new Scatter.Point(rate, accuracy, "trial " + i);
                      })
                  .toList()));
    }
    return new Scatter(
        "trials",
        "Trials of a search",
        "The good learning rates lie in 1e-3 to 1e-2.",
        Axis.logarithmic("learning rate", ""),
        Axis.linear("validation accuracy", "share"),
        groups);
  }

  static Figure search() {
    Random random = new Random(SEED);
    List<ParallelCoordinates.Item> items = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      double rate = Math.pow(10, -6 + 4 * random.nextDouble());
      double decay = i == 3 ? 0 : Math.pow(10, -8 + 4 * random.nextDouble());
      double accuracy = i == 5 ? Double.NaN : 0.1 + 0.8 / (1 + Math.pow(1e-3 / rate, 1.5));
      items.add(
          new ParallelCoordinates.Item(
              "trial " + i,
              DoubleStream.of(rate, decay, 50 + 50 * random.nextInt(4), accuracy).boxed().toList(),
              accuracy > 0.8));
    }
    return new ParallelCoordinates(
        "search",
        "All trials of a search",
        "One line per trial; the best are highlighted.",
        List.of(
            Axis.logarithmic("learning rate", ""),
            Axis.logarithmic("weight decay", ""),
            Axis.linear("hidden units", ""),
            Axis.linear("validation accuracy", "share")),
        items);
  }
}
