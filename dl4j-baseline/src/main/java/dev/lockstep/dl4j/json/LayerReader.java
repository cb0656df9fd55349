package dev.lockstep.dl4j.json;

import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.dl4j.book.BookLocalResponse;
import dev.lockstep.dl4j.book.MaskedDropout;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.translate.Activations;
import dev.lockstep.dl4j.translate.Findings;
import dev.lockstep.dl4j.translate.Losses;
import dev.lockstep.dl4j.translate.Translation;
import dev.lockstep.dl4j.translate.Weights;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * Reads DL4J's layers one by one. A layer that does several things at once becomes several: {@code
 * DenseLayer} with ReLU and dropout is {@code layer0-dropout}, {@code layer0} and {@code
 * layer0-activation}.
 */
final class LayerReader {

  /** Layers with this in their name are helpers of a translation and no part of a network. */
  private static final String HELPER = "#";

  private final Findings findings;
  private final Training training;
  private final Map<String, Shape> expectedInputs = new LinkedHashMap<>();
  private final Map<String, Shape> expectedParameters = new LinkedHashMap<>();
  private boolean wantsImages;
  private int @Nullable [] pendingPad;
  private @Nullable LossSpec loss;
  private @Nullable String softmax;
  private @Nullable String last;

  LayerReader(Findings findings, Training training) {
    this.findings = findings;
    this.training = training;
  }

  /** Returns the classes that a file may name for what is read here. */
  static Set<Class<?>> classes() {
    return Set.of(
        ActivationLayer.class,
        BatchNormalization.class,
        BookLocalResponse.class,
        ConvolutionLayer.class,
        DenseLayer.class,
        DepthwiseConvolution2D.class,
        DropoutLayer.class,
        GlobalPoolingLayer.class,
        LocalResponseNormalization.class,
        LossLayer.class,
        MaskedDropout.class,
        OutputLayer.class,
        SeparableConvolution2D.class,
        SubsamplingLayer.class,
        Upsampling2D.class,
        ZeroPaddingLayer.class,
        CnnToFeedForwardPreProcessor.class,
        FeedForwardToCnnPreProcessor.class,
        Dropout.class);
  }

  /** Returns the shapes that reshaping preprocessors say, by the name of the layer they feed. */
  Map<String, Shape> expectedInputs() {
    return expectedInputs;
  }

  /** Returns the shapes that the layers say, by the path of the parameter. */
  Map<String, Shape> expectedParameters() {
    return expectedParameters;
  }

  /** Returns whether a layer was read that needs channels × height × width. */
  boolean wantsImages() {
    return wantsImages;
  }

  /**
   * Returns the loss, null if there was no output layer. A network that ends with a softmax, such
   * as a model of DL4J's zoo, gets the cross entropy that a user puts after it.
   */
  @Nullable LossSpec loss() {
    if (softmax != null && (loss != null || !softmax.equals(last))) {
      findings.unknown(softmax, "softmax, which is not the last layer");
    } else if (softmax != null) {
      findings.leftToDl4j(Convention.CROSS_ENTROPY_CLIPPING);
      return new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER);
    }
    return loss;
  }

  /**
   * Returns whether DL4J is given images: whether the first layer that tells them from flat rows
   * takes images as they come.
   */
  static boolean startsWithImages(
      List<NeuralNetConfiguration> confs, List<? extends @Nullable InputPreProcessor> reshapes) {
    for (int i = 0; i < confs.size(); i++) {
      Layer layer = confs.get(i).getLayer();
      if (reshapes.get(i) != null) {
        return reshapes.get(i) instanceof CnnToFeedForwardPreProcessor;
      } else if (layer instanceof ConvolutionLayer
          || layer instanceof SubsamplingLayer
          || layer instanceof LocalResponseNormalization
          || layer instanceof ZeroPaddingLayer) {
        return true;
      } else if (layer instanceof DenseLayer || layer instanceof OutputLayer) {
        return false;
      }
    }
    return false;
  }

  /**
   * Appends what a layer does.
   *
   * @param image whether DL4J has its input as images, before a preprocessor
   * @return whether DL4J has its output as images
   */
  boolean read(
      NeuralNetConfiguration conf,
      @Nullable InputPreProcessor reshape,
      boolean image,
      List<LayerSpec> layers) {
    Layer layer = conf.getLayer();
    String name = layer.getLayerName();
    findings.require(name, "miniBatch", conf.isMiniBatch(), true);
    findings.require(name, "minimize", conf.isMinimize(), true);
    findings.require(
        name,
        "optimization",
        conf.getOptimizationAlgo(),
        org.deeplearning4j.nn.api.OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT);
    findings.require(name, "step function", conf.getStepFunction(), null);
    last = name;
    boolean in = afterReshape(name, reshape, image);
    int before = layers.size();
    boolean out = readLayer(name, layer, in, layers);
    if (reshape != null && layers.size() > before) {
      expectShape(layers.get(before).name(), reshape);
    }
    return out;
  }

  private boolean afterReshape(String name, @Nullable InputPreProcessor reshape, boolean image) {
    if (reshape instanceof CnnToFeedForwardPreProcessor flatten) {
      findings.require(name, "data format", flatten.getFormat(), CNN2DFormat.NCHW);
      return false;
    } else if (reshape instanceof FeedForwardToCnnPreProcessor) {
      return true;
    } else if (reshape != null) {
      findings.unknown(name, "preprocessor " + reshape.getClass().getSimpleName());
    }
    return image;
  }

  private void expectShape(String layer, InputPreProcessor reshape) {
    if (reshape instanceof CnnToFeedForwardPreProcessor flatten) {
      expectedInputs.put(
          layer,
          image(flatten.getNumChannels(), flatten.getInputHeight(), flatten.getInputWidth()));
    } else if (reshape instanceof FeedForwardToCnnPreProcessor unflatten) {
      expectedInputs.put(
          layer,
          image(unflatten.getNumChannels(), unflatten.getInputHeight(), unflatten.getInputWidth()));
    }
  }

  private static Shape image(long channels, long height, long width) {
    return Shape.of((int) channels, (int) height, (int) width);
  }

  private boolean readLayer(String name, Layer layer, boolean image, List<LayerSpec> layers) {
    if (layer instanceof OutputLayer output) {
      dropout(name, output.getIDropout(), layers);
      layers.add(affine(name, output, output.hasBias()));
      output(name, output.getActivationFn(), output.getLossFn(), layers);
      return false;
    } else if (layer instanceof DenseLayer dense) {
      dropout(name, dense.getIDropout(), layers);
      findings.require(name, "layer normalization", dense.hasLayerNorm(), false);
      layers.add(affine(name, dense, dense.hasBias()));
      activation(name + "-activation", dense.getActivationFn(), layers);
      return false;
    } else if (layer instanceof ConvolutionLayer convolution) {
      dropout(name, convolution.getIDropout(), layers);
      layers.add(convolution(name, convolution));
      activation(name + "-activation", convolution.getActivationFn(), layers);
      return true;
    } else if (layer instanceof LossLayer lossLayer) {
      output(name, lossLayer.getActivationFn(), lossLayer.getLossFn(), layers);
    } else if (layer instanceof BatchNormalization norm) {
      layers.add(batchNormalization(name, norm, image));
    } else if (layer instanceof GlobalPoolingLayer pooling) {
      layers.add(globalPooling(name, pooling));
      return false;
    } else if (layer instanceof SubsamplingLayer pooling) {
      layers.add(pooling(name, pooling));
      return true;
    } else if (layer instanceof ActivationLayer activation) {
      if (activation.getActivationFn() instanceof ActivationSoftmax) {
        softmax = name;
      } else if (!name.contains(HELPER)) {
        layers.add(
            new LayerSpec.Activation(
                name, Activations.read(name, activation.getActivationFn(), findings)));
      }
    } else {
      readPlainLayer(name, layer, layers);
    }
    return image;
  }

  private void readPlainLayer(String name, Layer layer, List<LayerSpec> layers) {
    if (layer instanceof MaskedDropout dropout) {
      layers.add(new LayerSpec.Dropout(name, dropout.getRatio(), dropout.isInverted()));
    } else if (layer instanceof DropoutLayer dropout) {
      layers.add(new LayerSpec.Dropout(name, ratio(name, dropout.getIDropout()), true));
    } else if (layer instanceof ZeroPaddingLayer padding && name.contains(HELPER)) {
      int[] pad = padding.getPadding();
      pendingPad =
          name.endsWith(Translation.SAME)
              ? new int[] {Window.Axis.SAME, Window.Axis.SAME}
              : new int[] {pad[0], pad[2]};
    } else if (layer instanceof ZeroPaddingLayer padding) {
      wantsImages = true;
      findings.require(name, "data format", padding.getDataFormat(), CNN2DFormat.NCHW);
      int[] pad = padding.getPadding();
      layers.add(new LayerSpec.ZeroPadding(name, pad[0], pad[1], pad[2], pad[3]));
    } else if (layer instanceof Upsampling2D upsampling) {
      wantsImages = true;
      int[] size = upsampling.getSize();
      layers.add(new LayerSpec.Upsampling(name, size[0], size[size.length - 1]));
    } else if (layer instanceof LocalResponseNormalization response) {
      wantsImages = true;
      findings.require(name, "data format", response.getDataFormat(), CNN2DFormat.NCHW);
      if (!(response instanceof BookLocalResponse)) {
        findings.leftToDl4j(Convention.LOCAL_RESPONSE_GRADIENT);
      }
      layers.add(
          new LayerSpec.LocalResponse(
              name,
              response.getK(),
              (int) response.getN(),
              response.getAlpha(),
              response.getBeta()));
    } else {
      findings.unknown(name, layer.getClass().getSimpleName());
    }
  }

  /** Dropout of a layer acts on its input. */
  private void dropout(String name, @Nullable IDropout dropout, List<LayerSpec> layers) {
    if (dropout != null) {
      layers.add(new LayerSpec.Dropout(name + "-dropout", ratio(name, dropout), true));
    }
  }

  private double ratio(String name, @Nullable IDropout dropout) {
    if (dropout instanceof Dropout plain && plain.getPSchedule() == null) {
      return 1 - plain.getP();
    }
    findings.unknown(name, "dropout " + dropout);
    return 0;
  }

  private LayerSpec affine(String name, FeedForwardLayer layer, boolean hasBias) {
    training.add(name, layer, true);
    int in = (int) layer.getNIn();
    int out = (int) layer.getNOut();
    expectedParameters.put(name + "/W", Shape.of(in, out));
    return new LayerSpec.Affine(name, out, initial(name, layer, in, out, 1), bias(layer, hasBias));
  }

  private LayerSpec convolution(String name, ConvolutionLayer layer) {
    wantsImages = true;
    int[] kernel = layer.getKernelSize();
    findings.require(name, "data format", layer.getCnn2dDataFormat(), CNN2DFormat.NCHW);
    training.add(name, layer, true);
    int in = (int) layer.getNIn();
    int out = (int) layer.getNOut();
    Window window =
        window(
            name,
            kernel,
            layer.getStride(),
            layer.getPadding(),
            layer.getDilation(),
            layer.getConvolutionMode());
    OptionalDouble bias = bias(layer, layer.hasBias());
    int elements = window.elements();
    int stride = layer.getStride()[0] * layer.getStride()[1];
    if (layer instanceof DepthwiseConvolution2D depthwise) {
      int multiplier = depthwise.getDepthMultiplier();
      expectedParameters.put(name + "/W", Shape.of(kernel[0], kernel[1], in, multiplier));
      return new LayerSpec.Depthwise(
          name,
          multiplier,
          window,
          initial(name, layer, in * elements, multiplier * elements, stride),
          bias);
    } else if (layer instanceof SeparableConvolution2D separable) {
      int multiplier = separable.getDepthMultiplier();
      expectedParameters.put(name + "/W", Shape.of(multiplier, in, kernel[0], kernel[1]));
      return new LayerSpec.Separable(
          name,
          out,
          multiplier,
          window,
          initial(name, layer, in * elements, multiplier * elements, stride),
          bias);
    }
    expectedParameters.put(name + "/W", Shape.of(out, in, kernel[0], kernel[1]));
    return new LayerSpec.Convolution(
        name, out, window, initial(name, layer, in * elements, out * elements, stride), bias);
  }

  private static OptionalDouble bias(BaseLayer layer, boolean has) {
    return has ? OptionalDouble.of(layer.getBiasInit()) : OptionalDouble.empty();
  }

  private Window window(
      String name,
      int[] kernel,
      int[] stride,
      int[] padding,
      int[] dilation,
      @Nullable ConvolutionMode mode) {
    boolean same = mode == ConvolutionMode.Same;
    if (mode == ConvolutionMode.Causal) {
      findings.unknown(name, "convolution mode " + mode);
    }
    Window.Axis[] axes = new Window.Axis[2];
    for (int i = 0; i < 2; i++) {
      axes[i] =
          new Window.Axis(kernel[i], stride[i], same ? Window.Axis.SAME : padding[i], dilation[i]);
    }
    return new Window(axes[0], axes[1]);
  }

  private LayerSpec pooling(String name, SubsamplingLayer layer) {
    wantsImages = true;
    int[] kernel = layer.getKernelSize();
    findings.require(name, "data format", layer.getCnn2dDataFormat(), CNN2DFormat.NCHW);
    Window window =
        window(
            name,
            kernel,
            layer.getStride(),
            layer.getPadding(),
            layer.getDilation(),
            layer.getConvolutionMode());
    if (window.isPadded()) {
      findings.leftToDl4j(Convention.POOLING_PADDING);
      findings.require(
          name, "avgPoolIncludePadInDivisor", layer.isAvgPoolIncludePadInDivisor(), false);
    }
    if (layer.getPoolingType() != PoolingType.MAX && layer.getPoolingType() != PoolingType.AVG) {
      findings.unknown(name, "pooling type " + layer.getPoolingType());
    }
    if (pendingPad != null) {
      window =
          window(
              name,
              kernel,
              layer.getStride(),
              pendingPad,
              layer.getDilation(),
              pendingPad[0] == Window.Axis.SAME ? ConvolutionMode.Same : null);
      pendingPad = null;
    }
    return new LayerSpec.Pooling(
        name,
        layer.getPoolingType() == PoolingType.AVG
            ? LayerSpec.PoolingType.AVERAGE
            : LayerSpec.PoolingType.MAX,
        window);
  }

  private LayerSpec globalPooling(String name, GlobalPoolingLayer layer) {
    wantsImages = true;
    findings.require(name, "collapseDimensions", layer.isCollapseDimensions(), true);
    int[] dimensions = layer.getPoolingDimensions();
    if (dimensions != null && !Arrays.equals(dimensions, new int[] {2, 3})) {
      findings.unknown(name, "pooling dimensions " + Arrays.toString(dimensions));
    }
    LayerSpec.GlobalPoolingType type = LayerSpec.GlobalPoolingType.MAX;
    switch (layer.getPoolingType()) {
      case MAX -> {}
      case AVG -> type = LayerSpec.GlobalPoolingType.AVERAGE;
      case SUM -> type = LayerSpec.GlobalPoolingType.SUM;
      default -> findings.unknown(name, "pooling type " + layer.getPoolingType());
    }
    return new LayerSpec.GlobalPooling(name, type);
  }

  /** DL4J's mapper takes the variance's form from the variables that an initialized network has. */
  private LayerSpec batchNormalization(String name, BatchNormalization layer, boolean image) {
    wantsImages |= image;
    findings.require(name, "lockGammaBeta", layer.isLockGammaBeta(), false);
    findings.require(name, "gamma", layer.getGamma(), 1.0);
    findings.require(name, "beta", layer.getBeta(), 0.0);
    findings.require(name, "data format", layer.getCnn2DFormat(), CNN2DFormat.NCHW);
    training.add(name, layer, false);
    expectedParameters.put(name + "/gamma", Shape.of((int) layer.getNOut()));
    findings.leftToDl4j(Convention.BATCH_NORM_START);
    if (layer.isUseLogStd()) {
      findings.leftToDl4j(Convention.BATCH_NORM_LOG_STD);
    }
    return new LayerSpec.BatchNormalization(name, layer.getDecay(), layer.getEps(), image);
  }

  private void activation(String name, IActivation activation, List<LayerSpec> layers) {
    if (!(activation instanceof ActivationIdentity)) {
      layers.add(new LayerSpec.Activation(name, Activations.read(name, activation, findings)));
    }
  }

  private void output(
      String name, IActivation activation, ILossFunction function, List<LayerSpec> layers) {
    if (loss != null) {
      findings.unknown(name, "a second output");
    }
    LossSpec read = Losses.read(name, function, findings);
    loss = read;
    if (read.type().output() == LossSpec.Output.IDENTITY) {
      activation(name + "-activation", activation, layers);
    } else if (!activation.equals(Losses.activation(read))) {
      findings.unknown(name, function + " with " + activation);
    }
  }

  private InitialValues initial(
      String name, FeedForwardLayer layer, int fanIn, int fanOut, int stride) {
    return Weights.read(name, layer.getWeightInitFn(), fanIn, fanOut, stride, findings);
  }
}
