package dev.lockstep.dl4j.translate;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.dl4j.book.BookCrossEntropy;
import dev.lockstep.dl4j.book.BookSumOfSquares;
import dev.lockstep.dl4j.book.MaskedDropout;
import dev.lockstep.dl4j.book.StepActivation;
import dev.lockstep.dl4j.ledger.Convention;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.distribution.UniformDistribution;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.deeplearning4j.nn.weights.WeightInitXavierUniform;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/**
 * A network as the layers and vertices that DL4J is to build, in forward order.
 *
 * <p>Every layer of the specification becomes one of DL4J's of the same name whose output is the
 * layer's: an affine layer is a {@code DenseLayer} without an activation function, since DL4J's
 * activations overwrite what they are applied to. Kernel, stride and padding are always explicit:
 * {@code SubsamplingLayer}'s defaults are a kernel of 1×1 and a stride of 2×2.
 */
public final class Translation {

  /** The name of DL4J's loss layer; its output is {@link NetworkSpec#OUTPUT}. */
  public static final String LOSS = "loss";

  /** The name of the graph's input, which no layer can have. */
  public static final String INPUT = "#input";

  /**
   * A layer or a vertex.
   *
   * @param reshape how a layer's input is brought into the form it needs
   * @param inputs names of nodes, more than one for a vertex only
   */
  public record Node(
      String name,
      @Nullable Layer layer,
      @Nullable GraphVertex vertex,
      @Nullable InputPreProcessor reshape,
      List<String> inputs) {}

  /**
   * A place between two layers.
   *
   * @param node whose output it is
   * @param sample the shape of one sample
   * @param image true if DL4J has it as an image here, false if as flat rows
   */
  private record Place(String node, Shape sample, boolean image) {}

  private final NetworkSpec network;
  private final Set<Convention> conventions;
  private final Map<String, ParameterSpec> parameters = new HashMap<>();
  private final Map<String, Shape> outputs;
  private final List<Node> nodes = new ArrayList<>();

  private Translation(NetworkSpec network, Set<Convention> conventions) {
    this.network = network;
    this.conventions = conventions;
    this.outputs = network.outputShapes();
    for (ParameterSpec parameter : network.parameters()) {
      parameters.put(parameter.path(), parameter);
    }
  }

  /**
   * Translates every layer and the loss.
   *
   * @param conventions left to DL4J's way
   */
  public static List<Node> of(NetworkSpec network, Set<Convention> conventions) {
    Translation translation = new Translation(network, conventions);
    Shape input = network.input();
    Place end = translation.sequence(network.layers(), new Place(INPUT, input, input.rank() == 3));
    translation.add(LOSS, translation.lossLayer(network.loss()), end, false);
    return translation.nodes;
  }

  private Place sequence(List<LayerSpec> layers, Place start) {
    Place place = start;
    for (LayerSpec layer : layers) {
      place = layer(layer, place);
    }
    return place;
  }

  private Place layer(LayerSpec layer, Place in) {
    String name = layer.name();
    if (layer instanceof LayerSpec.Affine affine) {
      return add(name, affine(affine, in.sample()), in, false);
    } else if (layer instanceof LayerSpec.Activation activation) {
      return add(name, new ActivationLayer(activation(activation.function())), in, in.image());
    } else if (layer instanceof LayerSpec.BatchNormalization norm) {
      boolean image = isPerChannel(norm, in.sample());
      return add(name, batchNormalization(norm, image, in.sample()), in, image);
    } else if (layer instanceof LayerSpec.Dropout dropout) {
      return add(name, dropout(dropout), in, in.image());
    } else if (layer instanceof LayerSpec.Convolution convolution) {
      return add(name, convolution(convolution, in.sample()), in, true);
    } else if (layer instanceof LayerSpec.Pooling pooling) {
      return pooling(pooling, in);
    }
    return branches((LayerSpec.Branches) layer, in);
  }

  /** Adds a layer that takes and gives images or flat rows. */
  private Place add(String name, Layer layer, Place in, boolean image) {
    layer.setLayerName(name);
    nodes.add(new Node(name, layer, null, reshape(in, image), List.of(in.node())));
    return new Place(name, outputs.getOrDefault(name, in.sample()), image);
  }

  private static @Nullable InputPreProcessor reshape(Place in, boolean image) {
    if (in.image() == image) {
      return null;
    }
    Shape shape = in.sample();
    return image
        ? new FeedForwardToCnnPreProcessor(shape.length(1), shape.length(2), shape.length(0))
        : new CnnToFeedForwardPreProcessor(shape.length(1), shape.length(2), shape.length(0));
  }

  private DenseLayer affine(LayerSpec.Affine affine, Shape in) {
    return weighted(new DenseLayer.Builder(), affine.name(), affine.initial())
        .nIn(in.size())
        .nOut(affine.units())
        .build();
  }

  private ConvolutionLayer convolution(LayerSpec.Convolution convolution, Shape in) {
    ConvolutionLayer.Builder layer =
        new ConvolutionLayer.Builder(convolution.kernelHeight(), convolution.kernelWidth());
    return weighted(layer, convolution.name(), convolution.initial())
        .stride(convolution.stride(), convolution.stride())
        .padding(convolution.pad(), convolution.pad())
        .convolutionMode(ConvolutionMode.Truncate)
        .nIn(in.length(0))
        .nOut(convolution.filters())
        .build();
  }

  private <T extends BaseLayer.Builder<T>> T weighted(T layer, String name, InitialValues initial) {
    if (!leftToDl4j(Convention.DEFAULT_ACTIVATION)) {
      layer.activation(Activation.IDENTITY);
    }
    if (network.weightDecay() > 0
        && leftToDl4j(Convention.DECAY_AFTER_UPDATER)
        && !leftToDl4j(Convention.GLOBAL_DECAY_TWICE)) {
      layer.weightDecay(network.weightDecay());
    }
    return layer.weightInit(weights(name, initial));
  }

  /**
   * The distribution is written out: DL4J's {@code WeightInit.XAVIER} is another formula, and its
   * fan-out of a convolution counts the stride.
   */
  private IWeightInit weights(String layer, InitialValues initial) {
    if (initial instanceof InitialValues.Xavier && leftToDl4j(Convention.XAVIER_FORMULA)) {
      return new WeightInitXavier();
    }
    if (initial instanceof InitialValues.GlorotUniform && leftToDl4j(Convention.GLOROT_FAN_OUT)) {
      return new WeightInitXavierUniform();
    }
    ParameterSpec weights = Objects.requireNonNull(parameters.get(layer + "/W"), layer);
    if (initial instanceof InitialValues.GlorotUniform) {
      double limit = Math.sqrt(6.0 / ((double) weights.fanIn() + weights.fanOut()));
      return new WeightInitDistribution(new UniformDistribution(-limit, limit));
    }
    double deviation =
        initial instanceof InitialValues.Normal normal
            ? normal.standardDeviation()
            : Math.sqrt((initial instanceof InitialValues.He ? 2.0 : 1.0) / weights.fanIn());
    return deviation == 0
        ? new WeightInitConstant(0)
        : new WeightInitDistribution(new NormalDistribution(0, deviation));
  }

  /** DL4J normalizes an image per channel, so one per element is normalized as flat rows. */
  private boolean isPerChannel(LayerSpec.BatchNormalization norm, Shape in) {
    return norm.perChannel() || (in.rank() == 3 && leftToDl4j(Convention.BATCH_NORM_PER_CHANNEL));
  }

  /** The logarithm of the variance, DL4J's default, cannot start at 0. */
  private BatchNormalization batchNormalization(
      LayerSpec.BatchNormalization norm, boolean perChannel, Shape in) {
    int features = perChannel ? in.length(0) : in.size();
    BatchNormalization.Builder layer =
        new BatchNormalization.Builder()
            .nIn(features)
            .nOut(features)
            .decay(norm.momentum())
            .useLogStd(leftToDl4j(Convention.BATCH_NORM_LOG_STD));
    return (leftToDl4j(Convention.BATCH_NORM_EPSILON) ? layer : layer.eps(norm.epsilon())).build();
  }

  private Layer dropout(LayerSpec.Dropout dropout) {
    return leftToDl4j(Convention.WHO_DRAWS)
        ? new DropoutLayer(1 - dropout.ratio())
        : new MaskedDropout(
            dropout.ratio(), dropout.inverted() || leftToDl4j(Convention.DROPOUT_SCALING));
  }

  static IActivation activation(ActivationFunction function) {
    return switch (function) {
      case RELU -> Activation.RELU.getActivationFunction();
      case SIGMOID -> Activation.SIGMOID.getActivationFunction();
      case TANH -> Activation.TANH.getActivationFunction();
      case IDENTITY -> Activation.IDENTITY.getActivationFunction();
      case STEP -> new StepActivation();
    };
  }

  /** A padded element counts as 0: DL4J's own padding of a maximum counts as minus infinity. */
  private Place pooling(LayerSpec.Pooling pooling, Place in) {
    SubsamplingLayer.PoolingType type =
        pooling.type() == LayerSpec.PoolingType.MAX
            ? SubsamplingLayer.PoolingType.MAX
            : SubsamplingLayer.PoolingType.AVG;
    if (leftToDl4j(Convention.POOLING_DEFAULTS)) {
      return add(pooling.name(), new SubsamplingLayer.Builder(type).build(), in, true);
    }
    boolean ownPadding = leftToDl4j(Convention.POOLING_PADDING);
    Place padded = in;
    if (pooling.pad() > 0 && !ownPadding) {
      Layer padding = new ZeroPaddingLayer.Builder(pooling.pad(), pooling.pad()).build();
      padded = add(pooling.name() + "#pad", padding, in, true);
    }
    int pad = ownPadding ? pooling.pad() : 0;
    Layer layer =
        new SubsamplingLayer.Builder(type)
            .kernelSize(pooling.height(), pooling.width())
            .stride(pooling.stride(), pooling.stride())
            .padding(pad, pad)
            .convolutionMode(ConvolutionMode.Truncate)
            .build();
    return add(pooling.name(), layer, padded, true);
  }

  /**
   * The join is a vertex; a layer that does nothing gives its output the name of the branches, and
   * a gradient that can be looked at.
   */
  private Place branches(LayerSpec.Branches branches, Place in) {
    Shape out = Objects.requireNonNull(outputs.get(branches.name()));
    boolean image = out.rank() == 3;
    List<String> ends = new ArrayList<>();
    int number = 0;
    for (List<LayerSpec> branch : branches.branches()) {
      number++;
      String prefix = branches.name() + "#branch" + number;
      Place start = needsCopy(branch) ? copy(prefix + "-copy", in) : in;
      Place end = sequence(branch, start);
      ends.add(inForm(prefix + "-form", end, image).node());
    }
    GraphVertex join =
        branches.join() == LayerSpec.Join.SUM
            ? new ElementWiseVertex(ElementWiseVertex.Op.Add)
            : new MergeVertex();
    String joined = branches.name() + "#join";
    nodes.add(new Node(joined, null, join, null, List.copyOf(ends)));
    return add(
        branches.name(),
        new ActivationLayer(Activation.IDENTITY),
        new Place(joined, out, image),
        image);
  }

  /**
   * In prediction DL4J's {@code ActivationLayer} writes over the network's own input, which the
   * other branches read too; and two empty branches would make two of the join's inputs one and the
   * same.
   */
  private static boolean needsCopy(List<LayerSpec> branch) {
    return branch.isEmpty() || branch.get(0) instanceof LayerSpec.Activation;
  }

  /** The sum of one thing is a copy of it. */
  private Place copy(String name, Place in) {
    nodes.add(
        new Node(
            name, null, new ElementWiseVertex(ElementWiseVertex.Op.Add), null, List.of(in.node())));
    return new Place(name, in.sample(), in.image());
  }

  private Place inForm(String name, Place in, boolean image) {
    return in.image() == image
        ? in
        : add(name, new ActivationLayer(Activation.IDENTITY), in, image);
  }

  private LossLayer lossLayer(LossSpec loss) {
    boolean softmax = loss.type() == LossSpec.Type.SOFTMAX_CROSS_ENTROPY;
    return new LossLayer.Builder(lossFunction(loss))
        .activation(softmax ? Activation.SOFTMAX : Activation.IDENTITY)
        .build();
  }

  private ILossFunction lossFunction(LossSpec loss) {
    return switch (loss.type()) {
      case SOFTMAX_CROSS_ENTROPY ->
          leftToDl4j(Convention.CROSS_ENTROPY_CLIPPING)
              ? new LossMCXENT()
              : new BookCrossEntropy(loss.stabilizer());
      case SUM_OF_SQUARES ->
          leftToDl4j(Convention.SQUARED_ERROR_SCALE) ? new LossL2() : new BookSumOfSquares();
      case MEAN_SQUARED -> new LossMSE();
    };
  }

  private boolean leftToDl4j(Convention convention) {
    return conventions.contains(convention);
  }
}
