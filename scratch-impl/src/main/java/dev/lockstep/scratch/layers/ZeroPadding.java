package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import java.util.Arrays;

/**
 * Puts zeros around each channel, N×C×H×W to N×C×(top+H+bottom)×(left+W+right); dx is the part of
 * dout that lies on the image. DL4J: {@code ZeroPaddingLayer}.
 */
public final class ZeroPadding implements Layer {

  private final String name;
  private final Shape input;
  private final Shape output;
  private final int top;
  private final int left;

  /**
   * @param input channels × height × width
   * @param output the same with the zeros
   * @param top rows of zeros above the image
   * @param left columns of zeros before it
   */
  public ZeroPadding(String name, Shape input, Shape output, int top, int left) {
    this.name = name;
    this.input = input;
    this.output = output;
    this.top = top;
    this.left = left;
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
    return output.batchOf(input.length(0));
  }

  @Override
  public void forward(Samples x, Samples y) {
    Arrays.fill(y.data(), y.start(0), y.start(y.count()), 0);
    for (int row = 0; row < rows(x); row++) {
      System.arraycopy(x.data(), inside(x, row), y.data(), around(y, row), input.length(2));
    }
  }

  @Override
  public void backwardToInput(Samples x, Samples y, Samples dout, Samples dx) {
    for (int row = 0; row < rows(x); row++) {
      System.arraycopy(dout.data(), around(dout, row), dx.data(), inside(dx, row), input.length(2));
    }
  }

  /** Returns the number of rows of all channels of all images. */
  private int rows(Samples x) {
    return x.count() * input.length(0) * input.length(1);
  }

  private int inside(Samples x, int row) {
    return x.start(0) + row * input.length(2);
  }

  private int around(Samples y, int row) {
    int channel = row / input.length(1);
    int line = channel * output.length(1) + top + row % input.length(1);
    return y.start(0) + line * output.length(2) + left;
  }
}
