package dev.lockstep.experiments.verify;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LayerSpec.Join;
import dev.lockstep.core.network.LayerSpec.PoolingType;
import dev.lockstep.core.network.LearningRate.Decay;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Every layer, in every place that one of the two sides treats apart. */
final class Layers {

  private static final double DROPPED = 0.3;

  private final List<Part> parts = new ArrayList<>();

  private Layers() {}

  static List<Part> parts() {
    Layers layers = new Layers();
    layers.affine();
    layers.batchNormalization();
    layers.dropout();
    layers.convolution();
    layers.pooling();
    layers.windows();
    layers.withoutBias();
    layers.otherLayersOfImages();
    layers.residual();
    layers.inception();
    return layers.parts;
  }

  private void add(String name, NetworkSpec network) {
    parts.add(new Part("layer", name, network));
  }

  private void affine() {
    add("affine", Networks.dense());
    add("affine, on images", Networks.network(Networks.IMAGE, Networks.affine("affine1", 10)));
  }

  private void batchNormalization() {
    add("batchNorm, on rows", normalizedRows());
    add("batchNorm, per element of images", normalizedImages(false));
    add("batchNorm, per channel", normalizedImages(true));
    for (OptimizerSpec optimizer : Parts.optimizerSpecs(new Decay.None())) {
      if (RedundantBiases.driftUnder(optimizer)) {
        String with = ", with " + Parts.optimizerName(optimizer);
        add("batchNorm, on rows" + with, Networks.with(normalizedRows(), optimizer));
        add(
            "batchNorm, per element of images" + with,
            Networks.with(normalizedImages(false), optimizer));
        add("batchNorm, per channel" + with, Networks.with(normalizedImages(true), optimizer));
      }
    }
  }

  private static NetworkSpec normalizedRows() {
    return Networks.dense(normalization(false), relu(""));
  }

  private static NetworkSpec normalizedImages(boolean perChannel) {
    return Networks.quarters(normalization(perChannel), relu(""));
  }

  private static LayerSpec normalization(boolean perChannel) {
    return new LayerSpec.BatchNormalization("batchNorm1", 0.9, 1e-6, perChannel);
  }

  private static LayerSpec relu(String block) {
    return Networks.activation(block, ActivationFunction.RELU);
  }

  private void dropout() {
    for (boolean inverted : new boolean[] {false, true}) {
      LayerSpec dropout = new LayerSpec.Dropout("dropout1", DROPPED, inverted);
      String name = "dropout, " + (inverted ? "inverted" : "the book's");
      add(name + ", on rows", Networks.dense(relu(""), dropout));
      add(name + ", on images", Networks.images(relu(""), dropout));
      add(
          name + ", on the last layer",
          Networks.network(Networks.ROW, Networks.affine("affine1", 10), dropout));
    }
  }

  private void convolution() {
    add("conv", Networks.images(relu("")));
    add(
        "conv, stride 2, pad 1, kernel 3×2",
        Networks.images(relu(""), convolution("conv2", 2, 3, 2, 2, 1)));
    add(
        "conv, as the last layer",
        Networks.network(Networks.IMAGE, convolution("conv1", 10, 28, 28, 1, 0)));
  }

  private static LayerSpec convolution(
      String name, int filters, int height, int width, int stride, int pad) {
    return new LayerSpec.Convolution(
        name, filters, height, width, stride, pad, new InitialValues.He());
  }

  private static LayerSpec sameSize(String name, int filters) {
    return convolution(name, filters, 3, 3, 1, 1);
  }

  private void pooling() {
    for (PoolingType type : PoolingType.values()) {
      String name = "pool, " + (type == PoolingType.MAX ? "max" : "average");
      add(name, Networks.images(relu(""), pooling(type, 2, 2, 2, 0)));
      add(name + ", overlapping, pad 1", Networks.images(pooling(type, 3, 2, 1, 1)));
    }
  }

  private static LayerSpec pooling(PoolingType type, int height, int width, int stride, int pad) {
    return new LayerSpec.Pooling("pool1", type, height, width, stride, pad);
  }

  /** Same padding, strides of their own along both axes, dilation. */
  private void windows() {
    Window same =
        new Window(
            new Window.Axis(3, 2, Window.Axis.SAME, 1), new Window.Axis(2, 1, Window.Axis.SAME, 1));
    Window dilated = new Window(new Window.Axis(2, 1, 1, 2), new Window.Axis(3, 2, 0, 1));
    for (Window window : List.of(same, dilated)) {
      String name =
          window.equals(same) ? ", pad same, strides 2 and 1" : ", dilation 2, strides 1 and 2";
      add(
          "conv" + name,
          Networks.images(
              relu(""), new LayerSpec.Convolution("conv2", 2, window, new InitialValues.He())));
      for (PoolingType type : PoolingType.values()) {
        add(
            "pool, " + (type == PoolingType.MAX ? "max" : "average") + name,
            Networks.images(new LayerSpec.Pooling("pool1", type, window)));
      }
    }
  }

  private void withoutBias() {
    Window window = new Window(3, 3, 1, 1);
    add(
        "affine and conv, without bias",
        Networks.images(
            new LayerSpec.Convolution(
                "conv2", 2, window, new InitialValues.He(), OptionalDouble.empty()),
            relu(""),
            new LayerSpec.Affine("affine1", 8, new InitialValues.He(), OptionalDouble.empty())));
    add(
        "affine and conv, biases that start at 0.2",
        Networks.images(
            new LayerSpec.Convolution(
                "conv2", 2, window, new InitialValues.He(), OptionalDouble.of(0.2)),
            relu(""),
            new LayerSpec.Affine("affine1", 8, new InitialValues.He(), OptionalDouble.of(0.2))));
  }

  private void otherLayersOfImages() {
    for (LayerSpec.GlobalPoolingType type : LayerSpec.GlobalPoolingType.values()) {
      add(
          "globalPool, " + type.name().toLowerCase(Locale.ROOT),
          Networks.images(relu(""), new LayerSpec.GlobalPooling("globalPool1", type)));
    }
    add("zeroPadding", Networks.images(new LayerSpec.ZeroPadding("zeroPadding1", 1, 0, 2, 1)));
    add("upsampling", Networks.images(new LayerSpec.Upsampling("upsampling1", 2, 3)));
    add(
        "localResponse",
        Networks.images(new LayerSpec.LocalResponse("localResponse1", 2, 3, 0.3, 0.75)));
    Window strided = new Window(new Window.Axis(3, 2, 1, 1), new Window.Axis(2, 1, 0, 1));
    for (OptionalDouble bias : List.of(LayerSpec.BIAS, OptionalDouble.empty())) {
      String name = bias.isPresent() ? "" : ", without bias";
      add(
          "depthwiseConv" + name,
          Networks.images(
              relu(""),
              new LayerSpec.Depthwise("depthwiseConv1", 2, strided, new InitialValues.He(), bias)));
      add(
          "separableConv" + name,
          Networks.images(
              relu(""),
              new LayerSpec.Separable(
                  "separableConv1", 4, 2, strided, new InitialValues.He(), bias)));
    }
  }

  private void residual() {
    add(
        "residual, on rows",
        Networks.dense(residual(List.of(Networks.affine("residual1/affine1", 8)), List.of())));
    add(
        "residual, identity",
        Networks.images(
            residual(
                List.of(
                    sameSize("residual1/conv1", 3),
                    relu("residual1/"),
                    sameSize("residual1/conv2", 3)),
                List.of()),
            relu("")));
    add(
        "residual, projected",
        Networks.images(
            residual(
                List.of(relu("residual1/"), convolution("residual1/conv1", 4, 3, 3, 2, 1)),
                List.of(convolution("residual1/conv2", 4, 1, 1, 2, 0)))));
    NetworkSpec normalized =
        Networks.images(
            residual(
                List.of(
                    sameSize("residual1/conv1", 3),
                    new LayerSpec.BatchNormalization("residual1/batchNorm1", 0.9, 1e-6, true),
                    relu("residual1/")),
                List.of(new LayerSpec.Dropout("residual1/dropout1", DROPPED, false))));
    add("residual, with batchNorm and dropout", normalized);
    for (OptimizerSpec optimizer : Parts.optimizerSpecs(new Decay.None())) {
      if (optimizer instanceof OptimizerSpec.Adam) {
        add("residual, with batchNorm, dropout and adam", Networks.with(normalized, optimizer));
      }
    }
  }

  private static LayerSpec residual(List<LayerSpec> first, List<LayerSpec> second) {
    return new LayerSpec.Branches("residual1", Join.SUM, List.of(first, second));
  }

  private void inception() {
    add(
        "inception, on rows",
        Networks.dense(
            inception(
                List.of(Networks.affine("inception1/affine1", 3)),
                List.of(relu("inception1/")),
                List.of())));
    add(
        "inception, by channels",
        Networks.images(
            inception(
                List.of(convolution("inception1/conv1", 2, 1, 1, 1, 0), relu("inception1/")),
                List.of(convolution("inception1/conv2", 2, 5, 5, 1, 2)),
                List.of(
                    new LayerSpec.Pooling("inception1/pool1", PoolingType.MAX, 3, 3, 1, 1),
                    convolution("inception1/conv3", 2, 1, 1, 1, 0)))));
    add(
        "inception, with a residual inside",
        Networks.images(
            inception(
                List.of(
                    new LayerSpec.Branches(
                        "inception1/residual1",
                        Join.SUM,
                        List.of(List.of(sameSize("inception1/residual1/conv1", 3)), List.of()))),
                List.of(sameSize("inception1/conv1", 2)),
                List.of())));
  }

  private static LayerSpec inception(
      List<LayerSpec> first, List<LayerSpec> second, List<LayerSpec> third) {
    return new LayerSpec.Branches("inception1", Join.CONCATENATE, List.of(first, second, third));
  }
}
