package dev.lockstep.scratch.book.perceptron;

/**
 * The gates of chapter 2: one kind of perceptron, told apart by its weights and its bias alone.
 * Inputs are 0 or 1.
 */
public final class LogicGates {

  /** 1 if both inputs are 1. */
  public static final Perceptron AND = new Perceptron(0.5, 0.5, -0.7);

  /** 0 if both inputs are 1. */
  public static final Perceptron NAND = new Perceptron(-0.5, -0.5, 0.7);

  /** 1 if at least one input is 1. */
  public static final Perceptron OR = new Perceptron(0.5, 0.5, -0.2);

  private LogicGates() {}

  /**
   * Returns 1 if exactly one input is 1. No single perceptron can: its inputs are not separated by
   * a line. Two layers of them can (section 2.5).
   */
  public static int xor(double x1, double x2) {
    int s1 = NAND.output(x1, x2);
    int s2 = OR.output(x1, x2);
    return AND.output(s1, s2);
  }
}
