package dev.lockstep.experiments.bench;

import java.util.List;

/**
 * What is measured, and how long.
 *
 * @param subjects that are trained on both sides
 * @param predicting those whose predictions are measured too
 * @param numerical those that learn by central differences, measured alone
 * @param dl4j Deeplearning4j in one precision or in both
 * @param threads that each side is given; the best of them is told besides one
 * @param rounds in which every side is measured once
 * @param costRounds in which the growth of the cost of a step is measured; 0: it is not
 * @param warmUpSeconds of each process in which there is something to warm up, at least a batch
 *     each
 * @param seconds that each process measures
 */
public record BenchSettings(
    List<Subject> subjects,
    List<Subject> predicting,
    List<Subject> numerical,
    List<Contender> dl4j,
    List<Integer> threads,
    int rounds,
    int costRounds,
    int warmUpSeconds,
    int seconds) {

  /** Returns training in double on one thread, briefly. */
  public static BenchSettings quick() {
    return new BenchSettings(
        Subject.trained(), List.of(), List.of(), List.of(Contender.DL4J), List.of(1), 2, 0, 2, 1);
  }

  /**
   * Returns everything.
   *
   * @param processors of the machine
   */
  public static BenchSettings full(int processors) {
    return new BenchSettings(
        Subject.trained(),
        List.of(Subject.TWO_LAYERS, Subject.SIMPLE_CONVNET),
        List.of(Subject.NUMERICAL),
        List.of(Contender.DL4J, Contender.DL4J_FLOAT),
        processors > 1 ? List.of(1, processors) : List.of(1),
        5,
        3,
        2,
        1);
  }
}
