package dev.lockstep.dl4j.translate;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.network.Adjustments;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.dl4j.book.BookLocalResponse;
import dev.lockstep.dl4j.book.MaskedDropout;
import dev.lockstep.dl4j.ledger.Convention;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;

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

  /** Follows the name of a pooling layer whose zeros a layer of its own adds. */
  public static final String SAME = "#same";

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
    return layer.accept(new At(in));
  }

  /** Adds a layer at a place; each case returns the place after it. */
  private final class At implements LayerSpec.Visitor<Place> {

    private final Place in;

    At(Place in) {
      this.in = in;
    }

    @Override
    public Place affine(LayerSpec.Affine layer) {
      return add(layer.name(), dense(layer, in.sample()), in, false);
    }

    @Override
    public Place activation(LayerSpec.Activation layer) {
      return add(
          layer.name(),
          new ActivationLayer(Activations.of(layer.function(), conventions)),
          in,
          in.image());
    }

    @Override
    public Place batchNormalization(LayerSpec.BatchNormalization layer) {
      boolean image = isPerChannel(layer, in.sample());
      return add(layer.name(), normalization(layer, image, in.sample()), in, image);
    }

    @Override
    public Place dropout(LayerSpec.Dropout layer) {
      return add(layer.name(), masked(layer), in, in.image());
    }

    @Override
    public Place convolution(LayerSpec.Convolution layer) {
      return add(layer.name(), convolutionLayer(layer, in.sample()), in, true);
    }

    @Override
    public Place pooling(LayerSpec.Pooling layer) {
      return subsampling(layer, in);
    }

    @Override
    public Place globalPooling(LayerSpec.GlobalPooling layer) {
      PoolingType type =
          switch (layer.type()) {
            case MAX -> PoolingType.MAX;
            case AVERAGE -> PoolingType.AVG;
            case SUM -> PoolingType.SUM;
          };
      return addFlattening(layer.name(), new GlobalPoolingLayer(type), in);
    }

    @Override
    public Place zeroPadding(LayerSpec.ZeroPadding layer) {
      return add(
          layer.name(),
          new ZeroPaddingLayer(layer.top(), layer.bottom(), layer.left(), layer.right()),
          in,
          true);
    }

    @Override
    public Place upsampling(LayerSpec.Upsampling layer) {
      int[] size = {layer.height(), layer.width()};
      return add(layer.name(), new Upsampling2D.Builder(1).size(size).build(), in, true);
    }

    @Override
    public Place localResponse(LayerSpec.LocalResponse layer) {
      LocalResponseNormalization response =
          leftToDl4j(Convention.LOCAL_RESPONSE_GRADIENT)
              ? new LocalResponseNormalization()
              : new BookLocalResponse();
      response.setK(layer.k());
      response.setN(layer.size());
      response.setAlpha(layer.alpha());
      response.setBeta(layer.beta());
      response.setDataFormat(CNN2DFormat.NCHW);
      return add(layer.name(), response, in, true);
    }

    @Override
    public Place depthwise(LayerSpec.Depthwise layer) {
      DepthwiseConvolution2D depthwise =
          windowed(new DepthwiseConvolution2D.Builder(), layer, layer.window(), in.sample())
              .dataFormat(CNN2DFormat.NCHW)
              .depthMultiplier(layer.multiplier())
              .nOut(in.sample().length(0) * layer.multiplier())
              .build();
      return add(layer.name(), depthwise, in, true);
    }

    @Override
    public Place separable(LayerSpec.Separable layer) {
      SeparableConvolution2D separable =
          windowed(new SeparableConvolution2D.Builder(), layer, layer.window(), in.sample())
              .dataFormat(CNN2DFormat.NCHW)
              .depthMultiplier(layer.multiplier())
              .nOut(layer.filters())
              .build();
      return add(layer.name(), separable, in, true);
    }

    @Override
    public Place branches(LayerSpec.Branches layer) {
      return joined(layer, in);
    }

    @Override
    public Place open(LayerSpec.Open layer) {
      throw new UsageException(
          "dl4j: %s is an open layer, %s; only the network's own file says what it computes"
              .formatted(layer.name(), layer.kind()));
    }
  }

  /** Adds a layer that takes and gives images or flat rows. */
  private Place add(String name, Layer layer, Place in, boolean image) {
    layer.setLayerName(name);
    nodes.add(new Node(name, layer, null, reshape(in, image), List.of(in.node())));
    return new Place(name, outputs.getOrDefault(name, in.sample()), image);
  }

  /** Adds a layer that takes images and gives flat rows. */
  private Place addFlattening(String name, Layer layer, Place in) {
    layer.setLayerName(name);
    nodes.add(new Node(name, layer, null, reshape(in, true), List.of(in.node())));
    return new Place(name, outputs.getOrDefault(name, in.sample()), false);
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

  private DenseLayer dense(LayerSpec.Affine affine, Shape in) {
    return weighted(new DenseLayer.Builder(), affine)
        .hasBias(affine.bias().isPresent())
        .nIn(in.size())
        .nOut(affine.units())
        .build();
  }

  private ConvolutionLayer convolutionLayer(LayerSpec.Convolution convolution, Shape in) {
    return windowed(new ConvolutionLayer.Builder(), convolution, convolution.window(), in)
        .nOut(convolution.filters())
        .build();
  }

  private <T extends ConvolutionLayer.BaseConvBuilder<T>> T windowed(
      T layer, LayerSpec.Weighted spec, Window window, Shape in) {
    return weighted(layer, spec)
        .kernelSize(window.height(), window.width())
        .hasBias(spec.bias().isPresent())
        .stride(window.rows().stride(), window.columns().stride())
        .padding(padding(window))
        .dilation(window.rows().dilation(), window.columns().dilation())
        .convolutionMode(mode(window))
        .nIn(in.length(0));
  }

  private static ConvolutionMode mode(Window window) {
    return isSame(window) ? ConvolutionMode.Same : ConvolutionMode.Truncate;
  }

  private static boolean isSame(Window window) {
    return window.rows().pad() == Window.Axis.SAME;
  }

  private static int[] padding(Window window) {
    return new int[] {Math.max(0, window.rows().pad()), Math.max(0, window.columns().pad())};
  }

  private <T extends BaseLayer.Builder<T>> T weighted(T layer, LayerSpec.Weighted spec) {
    String name = spec.name();
    layer.biasInit(spec.bias().orElse(0));
    Adjustments adjustments = network.adjustments();
    layer.gradientNormalization(Clippings.of(adjustments.clipping()));
    layer.gradientNormalizationThreshold(adjustments.clipping().threshold());
    if (adjustments.biasRate() != 1) {
      layer.biasUpdater(new Updaters(conventions).updater(network.biasOptimizer()));
    }
    if (!leftToDl4j(Convention.DEFAULT_ACTIVATION)) {
      layer.activation(Activation.IDENTITY);
    }
    if (network.weightDecay() > 0
        && leftToDl4j(Convention.DECAY_AFTER_UPDATER)
        && !leftToDl4j(Convention.GLOBAL_DECAY_TWICE)) {
      layer.weightDecay(network.weightDecay());
    }
    ParameterSpec weights = Objects.requireNonNull(parameters.get(name + "/W"), name);
    return layer.weightInit(Weights.of(weights, conventions));
  }

  /** DL4J normalizes an image per channel, so one per element is normalized as flat rows. */
  private boolean isPerChannel(LayerSpec.BatchNormalization norm, Shape in) {
    return norm.perChannel() || (in.rank() == 3 && leftToDl4j(Convention.BATCH_NORM_PER_CHANNEL));
  }

  /** The logarithm of the variance, DL4J's default, cannot start at 0. */
  private BatchNormalization normalization(
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

  private Layer masked(LayerSpec.Dropout dropout) {
    return leftToDl4j(Convention.WHO_DRAWS)
        ? new DropoutLayer(1 - dropout.ratio())
        : new MaskedDropout(
            dropout.ratio(), dropout.inverted() || leftToDl4j(Convention.DROPOUT_SCALING));
  }

  /** A padded element counts as 0: DL4J's own padding of a maximum counts as minus infinity. */
  private Place subsampling(LayerSpec.Pooling pooling, Place in) {
    SubsamplingLayer.PoolingType type =
        pooling.type() == LayerSpec.PoolingType.MAX
            ? SubsamplingLayer.PoolingType.MAX
            : SubsamplingLayer.PoolingType.AVG;
    if (leftToDl4j(Convention.POOLING_DEFAULTS)) {
      return add(pooling.name(), new SubsamplingLayer.Builder(type).build(), in, true);
    }
    Window window = pooling.window();
    boolean ownPadding = leftToDl4j(Convention.POOLING_PADDING);
    Place padded = in;
    if (window.isPadded() && !ownPadding) {
      int height = in.sample().length(1);
      int width = in.sample().length(2);
      Layer padding =
          new ZeroPaddingLayer(
              window.rows().before(height),
              window.rows().after(height),
              window.columns().before(width),
              window.columns().after(width));
      padded = add(pooling.name() + (isSame(window) ? SAME : "#pad"), padding, in, true);
    }
    Layer layer =
        new SubsamplingLayer.Builder(type)
            .kernelSize(window.height(), window.width())
            .stride(window.rows().stride(), window.columns().stride())
            .padding(ownPadding ? padding(window) : new int[] {0, 0})
            .dilation(window.rows().dilation(), window.columns().dilation())
            .convolutionMode(ownPadding ? mode(window) : ConvolutionMode.Truncate)
            .build();
    return add(pooling.name(), layer, padded, true);
  }

  /**
   * The join is a vertex; a layer that does nothing gives its output the name of the branches, and
   * a gradient that can be looked at.
   */
  private Place joined(LayerSpec.Branches branches, Place in) {
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
    return new LossLayer.Builder(Losses.of(loss, conventions))
        .activation(Losses.activation(loss))
        .build();
  }

  private boolean leftToDl4j(Convention convention) {
    return conventions.contains(convention);
  }
}
