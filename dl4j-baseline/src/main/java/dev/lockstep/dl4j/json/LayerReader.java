package dev.lockstep.dl4j.json;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.dl4j.book.MaskedDropout;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.translate.Activations;
import dev.lockstep.dl4j.translate.Findings;
import dev.lockstep.dl4j.translate.Losses;
import dev.lockstep.dl4j.translate.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
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
  private int pendingPad;
  private @Nullable LossSpec loss;

  LayerReader(Findings findings, Training training) {
    this.findings = findings;
    this.training = training;
  }

  /** Returns the classes that a file may name for what is read here. */
  static Set<Class<?>> classes() {
    return Set.of(
        ActivationLayer.class,
        BatchNormalization.class,
        ConvolutionLayer.class,
        DenseLayer.class,
        DropoutLayer.class,
        LossLayer.class,
        MaskedDropout.class,
        OutputLayer.class,
        SubsamplingLayer.class,
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

  /** Returns the loss, null if there was no output layer. */
  @Nullable LossSpec loss() {
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
      } else if (layer instanceof ConvolutionLayer || layer instanceof SubsamplingLayer) {
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
    } else if (layer instanceof SubsamplingLayer pooling) {
      layers.add(pooling(name, pooling));
      return true;
    } else if (layer instanceof ActivationLayer activation) {
      if (!name.contains(HELPER)) {
        layers.add(new LayerSpec.Activation(name, function(name, activation.getActivationFn())));
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
      pendingPad = padding.getPadding()[0];
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
    findings.require(name, "hasBias", hasBias, true);
    training.add(name, layer, true);
    int in = (int) layer.getNIn();
    int out = (int) layer.getNOut();
    expectedParameters.put(name + "/W", Shape.of(in, out));
    return new LayerSpec.Affine(name, out, initial(name, layer, in, out, 1));
  }

  private LayerSpec convolution(String name, ConvolutionLayer layer) {
    wantsImages = true;
    int[] kernel = layer.getKernelSize();
    findings.require(name, "hasBias", layer.hasBias(), true);
    findings.require(name, "data format", layer.getCnn2dDataFormat(), CNN2DFormat.NCHW);
    training.add(name, layer, true);
    expectedParameters.put(
        name + "/W", Shape.of((int) layer.getNOut(), (int) layer.getNIn(), kernel[0], kernel[1]));
    int window = kernel[0] * kernel[1];
    int stride = window(name, "stride", layer.getStride());
    return new LayerSpec.Convolution(
        name,
        (int) layer.getNOut(),
        kernel[0],
        kernel[1],
        stride,
        padding(name, layer.getPadding(), layer.getDilation(), layer.getConvolutionMode()),
        initial(
            name, layer, (int) layer.getNIn() * window, (int) layer.getNOut() * window, stride));
  }

  private int window(String name, String setting, int[] sides) {
    if (sides[0] != sides[1]) {
      findings.unknown(name, "%s %d×%d".formatted(setting, sides[0], sides[1]));
    }
    return sides[0];
  }

  private int padding(String name, int[] padding, int[] dilation, @Nullable ConvolutionMode mode) {
    findings.require(name, "dilation", window(name, "dilation", dilation), 1);
    if (mode != null && mode != ConvolutionMode.Truncate && mode != ConvolutionMode.Strict) {
      findings.unknown(name, "convolution mode " + mode);
    }
    return window(name, "padding", padding);
  }

  private LayerSpec pooling(String name, SubsamplingLayer layer) {
    wantsImages = true;
    int[] kernel = layer.getKernelSize();
    findings.require(name, "data format", layer.getCnn2dDataFormat(), CNN2DFormat.NCHW);
    int pad = padding(name, layer.getPadding(), layer.getDilation(), layer.getConvolutionMode());
    if (pad > 0) {
      findings.leftToDl4j(Convention.POOLING_PADDING);
      findings.require(
          name, "avgPoolIncludePadInDivisor", layer.isAvgPoolIncludePadInDivisor(), false);
    }
    if (layer.getPoolingType() != PoolingType.MAX && layer.getPoolingType() != PoolingType.AVG) {
      findings.unknown(name, "pooling type " + layer.getPoolingType());
    }
    int padBefore = pendingPad;
    pendingPad = 0;
    return new LayerSpec.Pooling(
        name,
        layer.getPoolingType() == PoolingType.AVG
            ? LayerSpec.PoolingType.AVERAGE
            : LayerSpec.PoolingType.MAX,
        kernel[0],
        kernel[1],
        window(name, "stride", layer.getStride()),
        pad + padBefore);
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
      layers.add(new LayerSpec.Activation(name, function(name, activation)));
    }
  }

  private ActivationFunction function(String name, IActivation activation) {
    Optional<ActivationFunction> function = Activations.read(activation);
    if (function.isEmpty()) {
      findings.unknown(name, "activation " + activation);
    }
    return function.orElse(ActivationFunction.IDENTITY);
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
    findings.require(name, "biasInit", layer.getBiasInit(), 0.0);
    return Weights.read(name, layer.getWeightInitFn(), fanIn, fanOut, stride, findings);
  }
}
