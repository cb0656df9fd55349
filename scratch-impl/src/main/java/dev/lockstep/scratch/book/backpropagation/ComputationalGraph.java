package dev.lockstep.scratch.book.backpropagation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A calculation as a graph of additions and multiplications (sections 5.1 to 5.4). Values are there
 * as soon as a node is added; {@link #backward} goes back through the nodes, last to first, and
 * leaves at each the derivative of the result with respect to it.
 *
 * <p>{@link #toString} shows the graph node by node:
 *
 * <pre>
 * apple price = 100.0, gradient 2.2
 * apple count = 2.0, gradient 110.0
 * apples = apple price × apple count = 200.0, gradient 1.1
 * </pre>
 */
public final class ComputationalGraph {

  /** One value of the calculation. */
  public static final class Node {

    private final String name;
    private final double value;
    private final @Nullable Operation operation;
    private double gradient;

    private Node(String name, double value, @Nullable Operation operation) {
      this.name = name;
      this.value = value;
      this.operation = operation;
    }

    public double value() {
      return value;
    }

    /** Returns the derivative of the result with respect to this value, 0 before the way back. */
    public double gradient() {
      return gradient;
    }

    @Override
    public String toString() {
      String formula =
          operation == null
              ? ""
              : " = %s %s %s".formatted(operation.x().name, operation.sign(), operation.y().name);
      return name + formula + " = " + value + ", gradient " + gradient;
    }
  }

  private record Operation(GraphLayer layer, String sign, Node x, Node y) {}

  private final List<Node> nodes = new ArrayList<>();

  /**
   * Adds a number that the calculation starts from.
   *
   * @throws IllegalArgumentException if it is not finite
   */
  public Node input(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(name + ": expected a finite number, found " + value);
    }
    return node(new Node(name, value, null));
  }

  /** Adds {@code x + y}. */
  public Node add(String name, Node x, Node y) {
    return operation(name, new Operation(new AddLayer(), "+", x, y));
  }

  /** Adds {@code x × y}. */
  public Node multiply(String name, Node x, Node y) {
    return operation(name, new Operation(new MulLayer(), "×", x, y));
  }

  private Node operation(String name, Operation operation) {
    requireOwn(operation.x());
    requireOwn(operation.y());
    double value = operation.layer().forward(operation.x().value, operation.y().value);
    return node(new Node(name, value, operation));
  }

  private Node node(Node node) {
    nodes.add(node);
    return node;
  }

  private void requireOwn(Node node) {
    if (!nodes.contains(node)) {
      throw new IllegalArgumentException(node.name + ": expected a node of this graph");
    }
  }

  /**
   * Goes back from a result to everything it was calculated from. A value that was used several
   * times collects what comes back from each use.
   */
  public void backward(Node result) {
    requireOwn(result);
    nodes.forEach(node -> node.gradient = 0);
    result.gradient = 1;
    // A node is added after its inputs: from last to first, each is reached after all its uses.
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Operation operation = nodes.get(i).operation;
      if (operation != null) {
        GraphLayer.InputGradients gradients = operation.layer().backward(nodes.get(i).gradient);
        operation.x().gradient += gradients.dx();
        operation.y().gradient += gradients.dy();
      }
    }
  }

  /** Returns one line per node in the order of the calculation. */
  @Override
  public String toString() {
    StringBuilder lines = new StringBuilder();
    nodes.forEach(node -> lines.append(node).append('\n'));
    return lines.toString();
  }
}
