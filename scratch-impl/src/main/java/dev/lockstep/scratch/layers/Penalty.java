package dev.lockstep.scratch.layers;

/**
 * What keeps weights small (chapter 6): a share of the loss, and its gradient.
 *
 * <pre>
 * loss += ½ l2 Σ W² + l1 Σ |W|        dW += l2 · W + l1 · sign(W)
 * </pre>
 *
 * <p>The sign of 0 is 0. DL4J: {@code l2} and {@code l1}.
 *
 * @param l2 λ of weight decay
 * @param l1 λ of the sum of magnitudes
 */
public record Penalty(double l2, double l1) {

  /** None: of biases, gamma and beta. */
  public static final Penalty NONE = new Penalty(0, 0);

  double loss(double[] w) {
    double loss = 0;
    if (l2 != 0) {
      double squares = 0;
      for (double weight : w) {
        squares += weight * weight;
      }
      loss += 0.5 * l2 * squares;
    }
    if (l1 != 0) {
      double magnitudes = 0;
      for (double weight : w) {
        magnitudes += Math.abs(weight);
      }
      loss += l1 * magnitudes;
    }
    return loss;
  }

  void addGradient(double[] w, double[] dw) {
    if (l2 != 0) {
      for (int i = 0; i < w.length; i++) {
        dw[i] += l2 * w[i];
      }
    }
    if (l1 != 0) {
      for (int i = 0; i < w.length; i++) {
        dw[i] += l1 * Math.signum(w[i]);
      }
    }
  }
}
