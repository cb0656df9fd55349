package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;

/**
 * Local response normalization (Krizhevsky et al. 2012) over the channels of an image, N×C×H×W.
 *
 * <pre>
 * s_c = k + alpha · Σ x_j²            over the channels j with |j − c| ≤ ⌊size / 2⌋
 * y_c = x_c · s_c^−beta
 * dx_c = dout_c · s_c^−beta − 2 · alpha · beta · x_c · Σ dout_j · y_j / s_j    over the same j
 * </pre>
 *
 * <p>DL4J: {@code LocalResponseNormalization}.
 */
public final class LocalResponse implements Layer {

  private final String name;
  private final Shape input;
  private final int channels;
  private final int plane;
  private final double k;
  private final int reach;
  private final double alpha;
  private final double beta;

  /**
   * @param input channels × height × width
   * @param size channels that take part in one sum
   */
  public LocalResponse(String name, Shape input, double k, int size, double alpha, double beta) {
    this.name = name;
    this.input = input;
    this.channels = input.length(0);
    this.plane = input.length(1) * input.length(2);
    this.k = k;
    this.reach = size / 2;
    this.alpha = alpha;
    this.beta = beta;
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
  public boolean readsOutput() {
    return true;
  }

  @Override
  public Shape begin(Shape input, Pass pass) {
    Require.samples(name, this.input, input);
    return input;
  }

  @Override
  public void forward(Samples x, Samples y) {
    for (int i = 0; i < x.size(); i++) {
      y.set(i, x.get(i) * Math.pow(scale(x, i), -beta));
    }
  }

  /** Returns s at an element. */
  private double scale(Samples x, int i) {
    double squares = 0;
    for (int j = first(i); j <= last(i); j += plane) {
      squares += x.get(j) * x.get(j);
    }
    return k + alpha * squares;
  }

  /** Returns the element of the first channel within reach, at the same place of the plane. */
  private int first(int i) {
    return i - Math.min(reach, i / plane % channels) * plane;
  }

  private int last(int i) {
    return i + Math.min(reach, channels - 1 - i / plane % channels) * plane;
  }

  @Override
  public void backwardToInput(Samples x, Samples y, Samples dout, Samples dx) {
    for (int i = 0; i < x.size(); i++) {
      double sum = 0;
      for (int j = first(i); j <= last(i); j += plane) {
        sum += dout.get(j) * y.get(j) / scale(x, j);
      }
      dx.set(i, dout.get(i) * Math.pow(scale(x, i), -beta) - 2 * alpha * beta * x.get(i) * sum);
    }
  }
}
