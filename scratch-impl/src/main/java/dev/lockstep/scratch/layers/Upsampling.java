package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import java.util.Arrays;

/**
 * Repeats each element as a block of equal ones, N×C×H×W to N×C×(h·H)×(w·W); dx is the sum of dout
 * over the block. DL4J: {@code Upsampling2D}.
 */
public final class Upsampling implements Layer {

  private final String name;
  private final Shape input;
  private final Shape output;
  private final int height;
  private final int width;

  /**
   * @param input channels × height × width
   * @param output the same, each axis times that of a block
   */
  public Upsampling(String name, Shape input, Shape output) {
    this.name = name;
    this.input = input;
    this.output = output;
    this.height = output.length(1) / input.length(1);
    this.width = output.length(2) / input.length(2);
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
    for (int i = 0; i < y.size(); i++) {
      y.set(i, x.get(source(i)));
    }
  }

  @Override
  public void backwardToInput(Samples x, Samples y, Samples dout, Samples dx) {
    Arrays.fill(dx.data(), dx.start(0), dx.start(dx.count()), 0);
    for (int i = 0; i < dout.size(); i++) {
      int at = source(i);
      dx.set(at, dx.get(at) + dout.get(i));
    }
  }

  /** Returns the element of the input that an element of the output repeats. */
  private int source(int i) {
    int line = i / output.length(2); // of all channels of all images
    int channel = line / output.length(1);
    int row = channel * input.length(1) + line % output.length(1) / height;
    return row * input.length(2) + i % output.length(2) / width;
  }
}
