package dev.lockstep.core.tiny;

import java.util.function.IntToDoubleFunction;

/** The order in which terms are added: each is right, and each rounds differently. */
public enum Summation {
  /** From the first term to the last. */
  FORWARD {
    @Override
    public double sum(int terms, IntToDoubleFunction term) {
      double sum = 0;
      for (int i = 0; i < terms; i++) {
        sum += term.applyAsDouble(i);
      }
      return sum;
    }
  },
  /** From the last term to the first. */
  BACKWARD {
    @Override
    public double sum(int terms, IntToDoubleFunction term) {
      double sum = 0;
      for (int i = terms - 1; i >= 0; i--) {
        sum += term.applyAsDouble(i);
      }
      return sum;
    }
  },
  /** Halves first, as vectorized and blocked code comes near to. */
  PAIRWISE {
    @Override
    public double sum(int terms, IntToDoubleFunction term) {
      return pairwise(0, terms, term);
    }

    private double pairwise(int from, int to, IntToDoubleFunction term) {
      if (to - from < 2) {
        return to == from ? 0 : term.applyAsDouble(from);
      }
      int middle = (from + to) >>> 1;
      return pairwise(from, middle, term) + pairwise(middle, to, term);
    }
  };

  /** Returns the sum of {@code term(0) … term(terms − 1)}. */
  public abstract double sum(int terms, IntToDoubleFunction term);
}
