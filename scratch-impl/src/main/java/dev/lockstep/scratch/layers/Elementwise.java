package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;

/** A function of every element by itself, whose derivative can be told from its output. */
abstract class Elementwise extends SampleWise {

  private final String name;
  private Tensor x = Tensor.zeros(Shape.of(0));
  private Tensor y = x;
  private Samples dout = Samples.NONE;
  private Samples dx = Samples.NONE;

  Elementwise(String name) {
    this.name = name;
  }

  /** Sets {@code y = f(x)} for the elements from … to − 1. */
  abstract void function(double[] x, double[] y, int from, int to);

  /** Sets {@code dx = dout · f'(x)} for some elements, which start in each array elsewhere. */
  abstract void derivative(
      double[] y, int yFrom, double[] dout, int doutFrom, double[] dx, int dxFrom, int count);

  @Override
  public final String name() {
    return name;
  }

  @Override
  final boolean worksInPlace() {
    return true;
  }

  @Override
  final boolean readsOutput() {
    return true;
  }

  @Override
  final Shape outputShape(Tensor x) {
    return x.shape();
  }

  @Override
  final void beginForward(Tensor x, Tensor y, Pass pass) {
    this.x = x;
    this.y = y;
  }

  @Override
  final void forward(Slice slice) {
    int size = y.size() / y.shape().length(0);
    function(x.data(), y.data(), slice.from() * size, slice.to() * size);
  }

  @Override
  final void beginBackward(Samples dout, Samples dx) {
    this.dout = dout;
    this.dx = dx;
  }

  @Override
  final void backward(Slice slice) {
    if (dx != Samples.NONE) {
      int first = slice.from();
      derivative(
          y.data(),
          first * dx.size(),
          dout.data(),
          dout.start(slice, first),
          dx.data(),
          dx.start(slice, first),
          slice.samples() * dx.size());
    }
  }
}
