package dev.lockstep.scratch.layers;

import dev.lockstep.core.network.LayerSpec.GlobalPoolingType;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.scratch.kernels.Sum;
import java.util.Arrays;

/**
 * Reduces each channel of an image to one number (Lin et al. 2013), N×C×H×W to N×C.
 *
 * <pre>
 * average: y = Σ x / (H·W)    dx = dout / (H·W), every element
 * sum:     y = Σ x            dx = dout, every element
 * max:     y = max x          dx = dout, the first of the largest elements
 * </pre>
 *
 * <p>DL4J: {@code GlobalPoolingLayer}.
 */
public final class GlobalPooling implements Layer {

  private final String name;
  private final GlobalPoolingType type;
  private final Shape input;
  private final int channels;
  private final int elements;

  /**
   * @param input channels × height × width
   */
  public GlobalPooling(String name, GlobalPoolingType type, Shape input) {
    this.name = name;
    this.type = type;
    this.input = input;
    this.channels = input.length(0);
    this.elements = input.length(1) * input.length(2);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean sampleBySample() {
    return true;
  }

  @Override
  public Shape begin(Shape input, Pass pass) {
    Require.samples(name, this.input, input);
    return Shape.of(input.length(0), channels);
  }

  @Override
  public void forward(Samples x, Samples y) {
    for (int c = 0; c < x.count() * channels; c++) {
      int from = x.start(0) + c * elements;
      y.set(
          c,
          switch (type) {
            case MAX -> x.data()[largest(x.data(), from)];
            case AVERAGE -> Sum.of(x.data(), from, from + elements) / elements;
            case SUM -> Sum.of(x.data(), from, from + elements);
          });
    }
  }

  private int largest(double[] x, int from) {
    int best = from;
    for (int i = from + 1; i < from + elements; i++) {
      if (x[i] > x[best]) {
        best = i;
      }
    }
    return best;
  }

  @Override
  public void backwardToInput(Samples x, Samples y, Samples dout, Samples dx) {
    for (int c = 0; c < x.count() * channels; c++) {
      int from = dx.start(0) + c * elements;
      double share = type == GlobalPoolingType.AVERAGE ? dout.get(c) / elements : dout.get(c);
      Arrays.fill(dx.data(), from, from + elements, type == GlobalPoolingType.MAX ? 0 : share);
      if (type == GlobalPoolingType.MAX) {
        int start = x.start(0) + c * elements;
        dx.data()[from + largest(x.data(), start) - start] = share;
      }
    }
  }
}
