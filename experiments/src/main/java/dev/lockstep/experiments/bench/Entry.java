package dev.lockstep.experiments.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * One network, what is done with it, and who does it.
 *
 * @param others that the reference is measured against, maybe none
 */
record Entry(Subject subject, Task task, Contender reference, List<Contender> others) {

  /** Returns the sides, and the limit for those that are made of matrix products. */
  List<Contender> contenders(int threads) {
    List<Contender> contenders = new ArrayList<>();
    contenders.add(reference);
    contenders.addAll(others);
    if (threads == 1 && reference == Contender.SCRATCH) {
      contenders.add(Contender.LIMIT);
    }
    return contenders;
  }
}
