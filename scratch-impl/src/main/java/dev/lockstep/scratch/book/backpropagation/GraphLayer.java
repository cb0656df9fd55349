package dev.lockstep.scratch.book.backpropagation;

/** A node of a computational graph with two inputs (section 5.4). */
public interface GraphLayer {

  /** What a node hands back to its two inputs. */
  record InputGradients(double dx, double dy) {}

  /** Returns the node's value, and remembers what the way back needs. */
  double forward(double x, double y);

  /**
   * Multiplies what comes back by the node's own derivatives.
   *
   * @param dout the derivative of the end of the graph with respect to this node's value
   */
  InputGradients backward(double dout);
}
