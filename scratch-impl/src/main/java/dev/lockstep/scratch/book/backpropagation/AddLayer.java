package dev.lockstep.scratch.book.backpropagation;

/** Addition (section 5.4.2): what comes back is handed on to both inputs as it is. */
public final class AddLayer implements GraphLayer {

  @Override
  public double forward(double x, double y) {
    return x + y;
  }

  @Override
  public InputGradients backward(double dout) {
    return new InputGradients(dout, dout);
  }
}
