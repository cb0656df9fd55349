package dev.lockstep.dl4j.ledger;

import dev.lockstep.core.plan.RandomStreams;
import dev.lockstep.dl4j.book.BookCrossEntropy;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossL2;

/**
 * A convention that training a network does not show, on a few numbers: how far what is measured
 * lies from what the book leads one to expect.
 *
 * @param dl4jsWay the distance where DL4J is left to its way; NaN if what is measured is no number
 * @param booksWay the distance where the book's way is taken
 * @param nothing the largest distance that counts as none: rounding, or the chance in a draw
 */
public record Demonstration(
    Convention convention, double dl4jsWay, double booksWay, double nothing) {

  private static final double ROUNDING = 1e-6;

  /** Four standard deviations of a share among a thousand. */
  private static final double CHANCE = 0.07;

  private static final int DRAWS = 1000;
  private static final double RATE = 0.1;

  /** What a convention is measured by. */
  private interface Measurement {
    double distance(boolean dl4jsWay);
  }

  /**
   * Runs the demonstration of a convention.
   *
   * @throws IllegalArgumentException for a convention that training a network shows
   */
  public static Demonstration of(Convention convention) {
    return switch (convention) {
      case GRADIENT_SUM -> measure(convention, ROUNDING, Demonstration::gradientSum);
      case SCORE_BEFORE_UPDATE -> measure(convention, ROUNDING, Demonstration::score);
      case DEFAULT_PRECISION -> measure(convention, 0, Demonstration::precision);
      case RUNNING_STATISTICS -> measure(convention, ROUNDING, Demonstration::statistics);
      case BATCH_NORM_LOG_STD -> measure(convention, ROUNDING, Demonstration::logDeviation);
      case LOSS_CONSTANT -> measure(convention, ROUNDING, Demonstration::lossConstant);
      case WHO_DRAWS -> measure(convention, 0, Demonstration::whoDraws);
      case DROPOUT_RETAIN -> measure(convention, CHANCE, Demonstration::retain);
      case DROPOUT_PLACE -> measure(convention, CHANCE, Demonstration::place);
      case SHUFFLE -> measure(convention, CHANCE, Demonstration::shuffle);
      default ->
          throw new IllegalArgumentException(
              convention.id() + " is a switch of the translation: train a network with it");
    };
  }

  private static Demonstration measure(
      Convention convention, double nothing, Measurement measurement) {
    return new Demonstration(
        convention, measurement.distance(true), measurement.distance(false), nothing);
  }

  private static NeuralNetConfiguration.Builder settings() {
    return new NeuralNetConfiguration.Builder()
        .seed(1)
        .dataType(DataType.DOUBLE)
        .updater(new Sgd(RATE));
  }

  private static MultiLayerNetwork network(
      NeuralNetConfiguration.Builder settings, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = settings.list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    MultiLayerNetwork network = new MultiLayerNetwork(list.build());
    network.init();
    return network;
  }

  private static DenseLayer dense(int units) {
    return new DenseLayer.Builder()
        .nIn(units)
        .nOut(units)
        .activation(Activation.IDENTITY)
        .weightInit(new NormalDistribution(0, 1))
        .build();
  }

  private static LossLayer squares() {
    return new LossLayer.Builder(new LossL2()).activation(Activation.IDENTITY).build();
  }

  private static INDArray ones(long... shape) {
    return Nd4j.ones(DataType.DOUBLE, shape);
  }

  /** The gradient of four equal samples against that of one of them. */
  private static double gradientSum(boolean dl4jsWay) {
    int samples = 4;
    MultiLayerNetwork network = network(settings(), dense(1), squares());
    double one = gradient(network, 1);
    double four = gradient(network, samples);
    return Math.abs((dl4jsWay ? four : four / samples) - one);
  }

  private static double gradient(MultiLayerNetwork network, int samples) {
    network.setInput(ones(samples, 1));
    network.setLabels(ones(samples, 1));
    network.computeGradientAndScore();
    return network.gradient().getGradientFor("0_W").getDouble(0);
  }

  /** The logged loss against that of the parameters after the update. */
  private static double score(boolean dl4jsWay) {
    MultiLayerNetwork network = network(settings(), dense(1), squares());
    network.fit(ones(1, 1), ones(1, 1));
    double logged =
        dl4jsWay ? network.score() : network.score(new DataSet(ones(1, 1), ones(1, 1)), false);
    double error = network.output(ones(1, 1)).getDouble(0) - 1;
    return Math.abs(logged - error * error);
  }

  /** A weight of one third, as it is kept. */
  private static double precision(boolean dl4jsWay) {
    NeuralNetConfiguration.Builder settings = new NeuralNetConfiguration.Builder().seed(1);
    MultiLayerNetwork network =
        network(dl4jsWay ? settings : settings.dataType(DataType.DOUBLE), dense(1), squares());
    double third = 1.0 / 3;
    network.setParam("0_W", Nd4j.valueArrayOf(new long[] {1, 1}, third, DataType.DOUBLE));
    return Math.abs(network.getParam("0_W").getDouble(0) - third);
  }

  /** The running mean after 1 and 3 went through once in training mode, against 0.1 · 2. */
  private static double statistics(boolean dl4jsWay) {
    BatchNormalization norm =
        new BatchNormalization.Builder().nIn(1).nOut(1).useLogStd(false).build();
    MultiLayerNetwork network = network(settings(), norm, squares());
    INDArray inputs = Nd4j.create(new double[][] {{1}, {3}});
    if (dl4jsWay) {
      network.output(inputs, true);
    } else {
      network.fit(inputs, ones(2, 1));
    }
    return Math.abs(network.getParam("0_mean").getDouble(0) - 0.2);
  }

  /** The running variance from 0 on, after a batch of variance 1, against 0.1 · 1. */
  private static double logDeviation(boolean dl4jsWay) {
    BatchNormalization norm =
        new BatchNormalization.Builder().nIn(1).nOut(1).useLogStd(dl4jsWay).build();
    MultiLayerNetwork network = network(settings(), norm, squares());
    double start = dl4jsWay ? Math.log10(0) : 0;
    String parameter = dl4jsWay ? "0_log10stdev" : "0_var";
    network.setParam(parameter, Nd4j.valueArrayOf(new long[] {1, 1}, start, DataType.DOUBLE));
    network.fit(Nd4j.create(new double[][] {{1}, {3}}), ones(2, 1));
    double kept = network.getParam(parameter).getDouble(0);
    return Math.abs((dl4jsWay ? Math.pow(10, 2 * kept) : kept) - 0.1);
  }

  /** The gradient against a central difference of the loss, relative, at y = 3e-4. */
  private static double lossConstant(boolean dl4jsWay) {
    ILossFunction loss = new BookCrossEntropy(dl4jsWay ? 1e-7 : 0);
    IActivation softmax = Activation.SOFTMAX.getActivationFunction();
    INDArray target = Nd4j.create(new double[][] {{1, 0}});
    double gradient = loss.computeGradient(target, logits(0), softmax, null).getDouble(0);
    double step = 1e-4;
    double difference =
        (loss.computeScore(target, logits(step), softmax, null, false)
                - loss.computeScore(target, logits(-step), softmax, null, false))
            / (2 * step);
    return Math.abs((difference - gradient) / gradient);
  }

  private static INDArray logits(double first) {
    return Nd4j.create(new double[][] {{first, 8}});
  }

  /** A weight against what the plan says. */
  private static double whoDraws(boolean dl4jsWay) {
    double planned = new RandomStreams(1).stream("initial/affine1/W", 0).nextDouble();
    MultiLayerNetwork network = network(settings(), dense(1), squares());
    if (!dl4jsWay) {
      network.setParam("0_W", Nd4j.valueArrayOf(new long[] {1, 1}, planned, DataType.DOUBLE));
    }
    return Math.abs(network.getParam("0_W").getDouble(0) - planned);
  }

  /** The share that is dropped, where 0.2 was meant. */
  private static double retain(boolean dl4jsWay) {
    double ratio = 0.2;
    MultiLayerNetwork network =
        network(settings(), new DropoutLayer(dl4jsWay ? ratio : 1 - ratio), squares());
    return Math.abs(zeros(network.output(ones(1, DRAWS), true)) - ratio);
  }

  /** The share of a layer's outputs that half a dropout makes 0. */
  private static double place(boolean dl4jsWay) {
    double ratio = 0.5;
    DenseLayer dense = dense(DRAWS);
    MultiLayerNetwork network;
    if (dl4jsWay) {
      dense.setIDropout(new org.deeplearning4j.nn.conf.dropout.Dropout(1 - ratio));
      network = network(settings(), dense, squares());
    } else {
      network = network(settings(), dense, new DropoutLayer(1 - ratio), squares());
    }
    return Math.abs(zeros(network.output(ones(1, DRAWS), true)) - ratio);
  }

  private static double zeros(INDArray array) {
    int zeros = 0;
    for (double value : array.toDoubleVector()) {
      zeros += value == 0 ? 1 : 0;
    }
    return (double) zeros / array.length();
  }

  /** The share of samples that change between even and odd positions, against one half. */
  private static double shuffle(boolean dl4jsWay) {
    int[] order = new int[DRAWS];
    if (dl4jsWay) {
      INDArray numbers = Nd4j.arange(DRAWS).castTo(DataType.DOUBLE).reshape(DRAWS, 1);
      // features and labels of different types would crash the virtual machine
      DataSet samples = new DataSet(numbers, numbers.dup());
      samples.shuffle(1);
      for (int i = 0; i < DRAWS; i++) {
        order[i] = samples.getFeatures().getInt(i, 0);
      }
    } else {
      order = new RandomStreams(1).permutation("order", 0, DRAWS);
    }
    int changed = 0;
    for (int i = 0; i < DRAWS; i++) {
      changed += Math.floorMod(order[i] - i, 2);
    }
    return Math.abs((double) changed / DRAWS - 0.5);
  }
}
