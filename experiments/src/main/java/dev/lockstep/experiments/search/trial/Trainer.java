package dev.lockstep.experiments.search.trial;

import dev.lockstep.experiments.search.strategy.InOrder.Proposal;
import java.util.List;

/** Trains candidates on both sides, in this process or in others. */
public interface Trainer {

  /**
   * @param number of the trial, from 1
   * @param earlier completed trials that this one may be given up against; empty: it never is
   */
  Trial run(int number, Proposal proposal, List<Trial> earlier);
}
