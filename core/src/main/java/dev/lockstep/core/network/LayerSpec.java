package dev.lockstep.core.network;

import dev.lockstep.core.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * One layer of a network. Its name is its full path, {@code affine1} or {@code residual1/conv2},
 * stable across implementations, reports and runs.
 *
 * <p>A layer answers for itself what the comparison must know of it. Shapes are those of one
 * sample.
 */
public sealed interface LayerSpec {

  /** {@link #terms} of a layer whose output is no sum. */
  int NO_SUM = 0;

  /**
   * {@link #terms} of a layer that takes a mean for each channel: of as many terms as the batch has
   * samples, and each of them pixels.
   */
  int MEAN_OVER_BATCH = -1;

  /** Returns the full path of this layer. */
  String name();

  /**
   * Returns the shape of the output.
   *
   * @throws LayerException if the layer does not fit its input
   */
  Shape output(Shape in);

  /** Returns what it trains, in the order of its formula. */
  List<ParameterSpec> parameters(Shape in);

  /** Returns what a training pass moves besides parameters, 0 at first, by path. */
  Map<String, Shape> statistics(Shape in);

  /**
   * Returns how many terms one element of the output is the sum of: two orders of summing them
   * differ by rounding.
   */
  int terms(Shape in);

  /** Returns where the derivative jumps. */
  Kink kink();

  <R> R accept(Visitor<R> visitor);

  /** One case for each layer: whoever adds one is led to every place that needs it. */
  interface Visitor<R> {
    R affine(Affine layer);

    R activation(Activation layer);

    R batchNormalization(BatchNormalization layer);

    R dropout(Dropout layer);

    R convolution(Convolution layer);

    R pooling(Pooling layer);

    R globalPooling(GlobalPooling layer);

    R zeroPadding(ZeroPadding layer);

    R upsampling(Upsampling layer);

    R localResponse(LocalResponse layer);

    R depthwise(Depthwise layer);

    R separable(Separable layer);

    R branches(Branches layer);

    R open(Open layer);
  }

  /** A layer that has nothing to train and nothing to keep from step to step. */
  sealed interface WithoutState extends LayerSpec {
    @Override
    default List<ParameterSpec> parameters(Shape in) {
      return List.of();
    }

    @Override
    default Map<String, Shape> statistics(Shape in) {
      return Map.of();
    }
  }

  /** {@link Weighted#bias} of biases that start at 0. */
  OptionalDouble BIAS = OptionalDouble.of(0);

  /** A layer of weights, multiplied with the input and added up, and of biases. */
  sealed interface Weighted extends LayerSpec {
    InitialValues initial();

    /** Returns what the biases start at; empty for a layer without biases. */
    OptionalDouble bias();

    @Override
    default Map<String, Shape> statistics(Shape in) {
      return Map.of();
    }

    @Override
    default Kink kink() {
      return Kink.NONE;
    }
  }

  /**
   * A fully connected layer, {@code y = x·W + b}; an input with several axes is flattened first.
   * Parameters {@code W} (inputs × units) and {@code b} (units). DL4J: {@code DenseLayer}.
   */
  record Affine(String name, int units, InitialValues initial, OptionalDouble bias)
      implements Weighted {
    public Affine {
      Require.atLeastOne("units", units);
    }

    /** With biases that start at 0. */
    public Affine(String name, int units, InitialValues initial) {
      this(name, units, initial, BIAS);
    }

    @Override
    public Shape output(Shape in) {
      Require.size(name, (double) in.size() * units);
      return Shape.of(units);
    }

    @Override
    public List<ParameterSpec> parameters(Shape in) {
      return ParameterSpec.weightsAndBias(
          name, Shape.of(in.size(), units), initial, in.size(), units, units, bias);
    }

    @Override
    public int terms(Shape in) {
      return in.size();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.affine(this);
    }
  }

  /** An elementwise function. DL4J: {@code ActivationLayer}. */
  record Activation(String name, ActivationFunction function) implements WithoutState {
    @Override
    public Shape output(Shape in) {
      return in;
    }

    @Override
    public int terms(Shape in) {
      return NO_SUM;
    }

    @Override
    public Kink kink() {
      return new Kink.At(function.kinks());
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.activation(this);
    }
  }

  /**
   * Batch normalization (Ioffe and Szegedy 2015; chapter 6): per feature {@code (x − mean) /
   * √(variance + epsilon)} with the biased variance of the batch, then {@code gamma · x + beta}.
   * Running statistics start at 0 (the book's choice, for the variance too) and move by {@code
   * running ← momentum · running + (1 − momentum) · batch}. Parameters {@code gamma} and {@code
   * beta}, statistics {@code runningMean} and {@code runningVar}.
   *
   * @param perChannel true: one feature per channel, over batch, height and width; false: one per
   *     element, over the batch alone (the book's)
   */
  record BatchNormalization(String name, double momentum, double epsilon, boolean perChannel)
      implements LayerSpec {
    public BatchNormalization {
      Require.share("momentum", momentum);
      Require.positive("epsilon", epsilon);
    }

    @Override
    public Shape output(Shape in) {
      if (perChannel) {
        Require.image(name, in);
      }
      return in;
    }

    @Override
    public List<ParameterSpec> parameters(Shape in) {
      return List.of(perFeature("gamma", 1, in), perFeature("beta", 0, in));
    }

    private ParameterSpec perFeature(String key, double initial, Shape in) {
      Shape features = features(in);
      return new ParameterSpec(
          name + "/" + key,
          features,
          new InitialValues.Constant(initial),
          features.size(),
          features.size(),
          false);
    }

    @Override
    public Map<String, Shape> statistics(Shape in) {
      Map<String, Shape> statistics = new LinkedHashMap<>();
      statistics.put(name + "/runningMean", features(in));
      statistics.put(name + "/runningVar", features(in));
      return statistics;
    }

    /** One number per channel, or per element, flattened. */
    private Shape features(Shape in) {
      return Shape.of(perChannel ? in.length(0) : in.size());
    }

    @Override
    public int terms(Shape in) {
      return MEAN_OVER_BATCH;
    }

    @Override
    public Kink kink() {
      return Kink.NONE;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.batchNormalization(this);
    }
  }

  /**
   * Dropout (Srivastava et al. 2014).
   *
   * @param ratio the share of elements that is dropped in training
   * @param inverted false: the book's form, kept elements unscaled in training and everything times
   *     {@code 1 − ratio} in prediction; true: kept elements divided by {@code 1 − ratio} in
   *     training and nothing done in prediction
   */
  record Dropout(String name, double ratio, boolean inverted) implements WithoutState {
    public Dropout {
      Require.share("ratio", ratio);
    }

    @Override
    public Shape output(Shape in) {
      return in;
    }

    @Override
    public int terms(Shape in) {
      return NO_SUM;
    }

    @Override
    public Kink kink() {
      return Kink.NONE;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.dropout(this);
    }
  }

  /**
   * A convolution (cross-correlation) over channels × height × width. Parameters {@code W} (filters
   * × channels × height × width of the window) and {@code b} (filters). DL4J: {@code
   * ConvolutionLayer}.
   */
  record Convolution(
      String name, int filters, Window window, InitialValues initial, OptionalDouble bias)
      implements Weighted {
    public Convolution {
      Require.atLeastOne("filters", filters);
    }

    /** With biases that start at 0. */
    public Convolution(String name, int filters, Window window, InitialValues initial) {
      this(name, filters, window, initial, BIAS);
    }

    public Convolution(
        String name,
        int filters,
        int height,
        int width,
        int stride,
        int pad,
        InitialValues initial) {
      this(name, filters, new Window(height, width, stride, pad), initial);
    }

    @Override
    public Shape output(Shape in) {
      Require.image(name, in);
      Require.size(name, (double) filters * in.length(0) * window.elements());
      return window.over(name, in, filters);
    }

    @Override
    public List<ParameterSpec> parameters(Shape in) {
      return ParameterSpec.weightsAndBias(
          name,
          Shape.of(filters, in.length(0), window.height(), window.width()),
          initial,
          terms(in),
          filters * window.elements(),
          filters,
          bias);
    }

    @Override
    public int terms(Shape in) {
      return in.length(0) * window.elements();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.convolution(this);
    }
  }

  /** What a pooling window is reduced to. */
  enum PoolingType {
    /** The largest element; of equal ones the first in row-major order. */
    MAX,
    /** The mean. */
    AVERAGE
  }

  /**
   * Pooling over windows of each channel; a padded element counts as 0. DL4J: {@code
   * SubsamplingLayer}.
   */
  record Pooling(String name, PoolingType type, Window window) implements WithoutState {

    public Pooling(String name, PoolingType type, int height, int width, int stride, int pad) {
      this(name, type, new Window(height, width, stride, pad));
    }

    @Override
    public Shape output(Shape in) {
      Require.image(name, in);
      return window.over(name, in, in.length(0));
    }

    @Override
    public int terms(Shape in) {
      return NO_SUM;
    }

    @Override
    public Kink kink() {
      return switch (type) {
        case MAX -> new Kink.Maximum(window);
        case AVERAGE -> Kink.NONE;
      };
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.pooling(this);
    }
  }

  /** What a channel is reduced to. */
  enum GlobalPoolingType {
    /** The largest element; of equal ones the first. */
    MAX,
    /** The mean. */
    AVERAGE,
    /** The sum. */
    SUM
  }

  /**
   * Each channel as one number: channels × height × width to channels. DL4J: {@code
   * GlobalPoolingLayer}.
   */
  record GlobalPooling(String name, GlobalPoolingType type) implements WithoutState {
    @Override
    public Shape output(Shape in) {
      Require.image(name, in);
      return Shape.of(in.length(0));
    }

    @Override
    public int terms(Shape in) {
      return type == GlobalPoolingType.MAX ? NO_SUM : in.length(1) * in.length(2);
    }

    @Override
    public Kink kink() {
      return type == GlobalPoolingType.MAX ? Kink.Maximum.OF_CHANNEL : Kink.NONE;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.globalPooling(this);
    }
  }

  /** Zeros around each channel. DL4J: {@code ZeroPaddingLayer}. */
  record ZeroPadding(String name, int top, int bottom, int left, int right)
      implements WithoutState {
    public ZeroPadding {
      Require.nonNegative("top", top);
      Require.nonNegative("bottom", bottom);
      Require.nonNegative("left", left);
      Require.nonNegative("right", right);
    }

    @Override
    public Shape output(Shape in) {
      Require.image(name, in);
      double height = (double) in.length(1) + top + bottom;
      double width = (double) in.length(2) + left + right;
      Require.size(name, in.length(0) * height * width);
      return Shape.of(in.length(0), (int) height, (int) width);
    }

    @Override
    public int terms(Shape in) {
      return NO_SUM;
    }

    @Override
    public Kink kink() {
      return Kink.NONE;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.zeroPadding(this);
    }
  }

  /** Each element as a block of equal ones. DL4J: {@code Upsampling2D}. */
  record Upsampling(String name, int height, int width) implements WithoutState {
    public Upsampling {
      Require.atLeastOne("height", height);
      Require.atLeastOne("width", width);
    }

    @Override
    public Shape output(Shape in) {
      Require.image(name, in);
      Require.size(name, (double) in.size() * height * width);
      return Shape.of(in.length(0), in.length(1) * height, in.length(2) * width);
    }

    @Override
    public int terms(Shape in) {
      return NO_SUM;
    }

    @Override
    public Kink kink() {
      return Kink.NONE;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.upsampling(this);
    }
  }

  /**
   * Local response normalization (Krizhevsky et al. 2012): {@code x · (k + alpha · Σ x²)^−beta},
   * the sum over the {@code size} channels around each at the same place. DL4J: {@code
   * LocalResponseNormalization}.
   */
  record LocalResponse(String name, double k, int size, double alpha, double beta)
      implements WithoutState {
    public LocalResponse {
      Require.positive("k", k);
      Require.atLeastOne("size", size);
      Require.nonNegative("alpha", alpha);
      Require.nonNegative("beta", beta);
    }

    @Override
    public Shape output(Shape in) {
      Require.image(name, in);
      return in;
    }

    @Override
    public int terms(Shape in) {
      return size;
    }

    @Override
    public Kink kink() {
      return Kink.NONE;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.localResponse(this);
    }
  }

  /**
   * A convolution of each channel by itself (Sifre 2014), with several filters for each. Parameters
   * {@code W} (height × width of the window × channels × multiplier) and {@code b} (channels ·
   * multiplier); the filters of one channel stand together. DL4J: {@code DepthwiseConvolution2D}.
   *
   * @param multiplier filters of each channel
   */
  record Depthwise(
      String name, int multiplier, Window window, InitialValues initial, OptionalDouble bias)
      implements Weighted {
    public Depthwise {
      Require.atLeastOne("multiplier", multiplier);
    }

    @Override
    public Shape output(Shape in) {
      Require.image(name, in);
      Require.size(name, (double) multiplier * in.length(0) * window.elements());
      return window.over(name, in, in.length(0) * multiplier);
    }

    @Override
    public List<ParameterSpec> parameters(Shape in) {
      return ParameterSpec.weightsAndBias(
          name,
          Shape.of(window.height(), window.width(), in.length(0), multiplier),
          initial,
          in.length(0) * window.elements(),
          multiplier * window.elements(),
          in.length(0) * multiplier,
          bias);
    }

    @Override
    public int terms(Shape in) {
      return window.elements();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.depthwise(this);
    }
  }

  /**
   * A depthwise convolution without biases, and one of 1×1 over all that it puts out (Chollet
   * 2017). Parameters {@code W} (multiplier × channels × height × width of the window), {@code pW}
   * (filters × channels · multiplier × 1 × 1) and {@code b} (filters). DL4J: {@code
   * SeparableConvolution2D}.
   *
   * @param multiplier filters of each channel in the first
   */
  record Separable(
      String name,
      int filters,
      int multiplier,
      Window window,
      InitialValues initial,
      OptionalDouble bias)
      implements Weighted {
    public Separable {
      Require.atLeastOne("filters", filters);
      Require.atLeastOne("multiplier", multiplier);
    }

    @Override
    public Shape output(Shape in) {
      Require.image(name, in);
      int between = in.length(0) * multiplier;
      Require.size(name, (double) between * Math.max(filters, window.elements()));
      return window.over(name, in, filters);
    }

    @Override
    public List<ParameterSpec> parameters(Shape in) {
      int channels = in.length(0);
      int between = channels * multiplier;
      List<ParameterSpec> parameters =
          new ArrayList<>(
              ParameterSpec.weightsAndBias(
                  name,
                  Shape.of(multiplier, channels, window.height(), window.width()),
                  initial,
                  channels * window.elements(),
                  multiplier * window.elements(),
                  filters,
                  bias));
      parameters.add(
          1,
          new ParameterSpec(
              name + "/pW", Shape.of(filters, between, 1, 1), initial, between, filters, true));
      return parameters;
    }

    @Override
    public int terms(Shape in) {
      return in.length(0) * multiplier + window.elements();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.separable(this);
    }
  }

  /** How the outputs of branches become one. */
  enum Join {
    /** Elementwise sum of equal shapes. */
    SUM,
    /** Concatenation along the first axis of a sample, the channels of an image. */
    CONCATENATE
  }

  /**
   * Several sequences of layers over the same input, joined at the end: an inception block, a
   * residual block. An empty branch is the identity. What its layers train is theirs.
   */
  record Branches(String name, Join join, List<List<LayerSpec>> branches) implements WithoutState {
    public Branches {
      if (branches.size() < 2) {
        throw new IllegalArgumentException(
            "branches: expected at least two, found " + branches.size());
      }
      branches = branches.stream().map(List::copyOf).toList();
    }

    @Override
    public Shape output(Shape in) {
      List<Shape> outs = new ArrayList<>();
      for (List<LayerSpec> branch : branches) {
        Shape out = in;
        for (LayerSpec layer : branch) {
          out = layer.output(out);
        }
        outs.add(out);
      }
      return switch (join) {
        case SUM -> summed(outs);
        case CONCATENATE -> concatenated(outs);
      };
    }

    private Shape summed(List<Shape> outs) {
      if (!outs.stream().allMatch(outs.get(0)::equals)) {
        throw new LayerException(
            name, "branches that are joined by sum need equal shapes, found " + outs);
      }
      return outs.get(0);
    }

    private Shape concatenated(List<Shape> outs) {
      Shape first = outs.get(0);
      int[] lengths = first.toArray();
      lengths[0] = 0;
      for (Shape out : outs) {
        if (out.rank() != first.rank() || !out.sample().equals(first.sample())) {
          throw new LayerException(
              name,
              "branches that are joined by concatenation need equal shapes but for the first axis,"
                  + " found "
                  + outs);
        }
        lengths[0] += out.length(0);
      }
      return Shape.of(lengths);
    }

    @Override
    public int terms(Shape in) {
      return branches.size();
    }

    @Override
    public Kink kink() {
      return Kink.NONE;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.branches(this);
    }
  }

  /**
   * A layer that is known from outside alone: by its name, what it reads, what it trains and the
   * shape of what it puts out. Only a side that has such a layer computes it; nothing here knows
   * its formula, so it has no start of its own either: the side that has it gives one ({@link
   * dev.lockstep.core.model.ModelProvider#start}).
   *
   * @param kind what the side that has it calls it, such as {@code LSTM}
   * @param reads the layers whose outputs it reads, or {@value NetworkSpec#INPUT}; empty: the layer
   *     before it
   * @param out the shape of one sample of its output
   * @param weights what it trains, in order
   * @param kept the shapes of its running statistics by key
   */
  record Open(
      String name,
      String kind,
      List<String> reads,
      Shape out,
      List<Weights> weights,
      Map<String, Shape> kept)
      implements LayerSpec {

    /**
     * What an open layer trains.
     *
     * @param key the last part of its path
     * @param decayed whether weight decay acts on it
     */
    public record Weights(String key, Shape shape, boolean decayed) {}

    public Open {
      reads = List.copyOf(reads);
      weights = List.copyOf(weights);
      kept = Collections.unmodifiableMap(new LinkedHashMap<>(kept));
    }

    @Override
    public Shape output(Shape in) {
      return out;
    }

    @Override
    public List<ParameterSpec> parameters(Shape in) {
      return weights.stream()
          .map(
              w ->
                  new ParameterSpec(
                      name + "/" + w.key(),
                      w.shape(),
                      new InitialValues.Constant(0),
                      w.shape().length(0),
                      w.shape().length(w.shape().rank() - 1),
                      w.decayed()))
          .toList();
    }

    @Override
    public Map<String, Shape> statistics(Shape in) {
      Map<String, Shape> statistics = new LinkedHashMap<>();
      kept.forEach((key, shape) -> statistics.put(name + "/" + key, shape));
      return statistics;
    }

    @Override
    public int terms(Shape in) {
      return NO_SUM;
    }

    @Override
    public Kink kink() {
      return Kink.NONE;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.open(this);
    }
  }
}
