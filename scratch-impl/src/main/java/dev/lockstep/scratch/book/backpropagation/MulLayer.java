package dev.lockstep.scratch.book.backpropagation;

/** Multiplication (section 5.4.1): what comes back is multiplied by the other input. */
public final class MulLayer implements GraphLayer {

  private double x;
  private double y;

  @Override
  public double forward(double x, double y) {
    this.x = x;
    this.y = y;
    return x * y;
  }

  @Override
  public InputGradients backward(double dout) {
    return new InputGradients(dout * y, dout * x);
  }
}
