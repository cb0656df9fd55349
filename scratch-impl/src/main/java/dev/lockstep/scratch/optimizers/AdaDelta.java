package dev.lockstep.scratch.optimizers;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.scratch.layers.Parameter;

/**
 * AdaDelta (Zeiler 2012): each step as large as the steps so far were.
 *
 * <pre>
 * msg = rho·msg + (1 − rho)·g²
 * d = g·√(msdx + epsilon) / √(msg + epsilon)
 * msdx = rho·msdx + (1 − rho)·d²
 * W −= lr·d
 * </pre>
 *
 * <p>W moves first: d is computed from msdx as the last step left it. DL4J: {@code AdaDelta}, which
 * has no lr.
 */
public record AdaDelta(LearningRate learningRate, double rho, double epsilon) implements Optimizer {

  @Override
  public boolean movesValueFirst() {
    return true;
  }

  private double step(double g, double msg, double msdx) {
    return g * Math.sqrt(msdx + epsilon) / Math.sqrt(meanSquare(msg, g) + epsilon);
  }

  private double meanSquare(double before, double x) {
    return rho * before + (1 - rho) * x * x;
  }

  @Override
  public void moveSlots(Parameter parameter, long t, int from, int to) {
    double[] g = parameter.gradient().data();
    double[] msg = parameter.slot("msg").data();
    double[] msdx = parameter.slot("msdx").data();
    for (int i = from; i < to; i++) {
      double d = step(g[i], msg[i], msdx[i]);
      msg[i] = meanSquare(msg[i], g[i]);
      msdx[i] = meanSquare(msdx[i], d);
    }
  }

  @Override
  public void moveValue(Parameter parameter, long t, int from, int to) {
    double lr = LearningRateDecay.rate(learningRate, t);
    double[] w = parameter.value().data();
    double[] g = parameter.gradient().data();
    double[] msg = parameter.slot("msg").data();
    double[] msdx = parameter.slot("msdx").data();
    for (int i = from; i < to; i++) {
      w[i] -= lr * step(g[i], msg[i], msdx[i]);
    }
  }
}
