package dev.lockstep.experiments.cli;

import dev.lockstep.core.result.Figure;
import dev.lockstep.experiments.cli.CompareSession.Planned;
import dev.lockstep.experiments.compare.Comparer.Compared;
import dev.lockstep.experiments.figures.Ensembles;
import dev.lockstep.experiments.resume.RunDirectory;
import dev.lockstep.report.summary.Summary;
import dev.lockstep.report.summary.SummaryBuilder;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts runs together in the order of the plan, whichever ends first. Of a run that ended before its
 * turn nothing is kept in memory: it is read from its directory again.
 */
final class Gathered {

  private final List<Planned> planned;
  private final RunDirectory directory;
  private final SummaryBuilder summary;
  private final Ensembles ensembles = new Ensembles();
  private final NavigableMap<Integer, Supplier<Compared>> waiting = new TreeMap<>();
  private int next;
  private boolean isEmpty = true;

  Gathered(String command, List<Planned> planned, RunDirectory directory) {
    this.planned = planned;
    this.directory = directory;
    this.summary = new SummaryBuilder(command);
  }

  /**
   * Adds what a run came to.
   *
   * @param number of the run, from 0
   * @param written whether its directory holds the result
   */
  synchronized void add(int number, Compared run, boolean written) {
    boolean readAgain = written && number != next && !planned.get(number).isMember();
    String path = planned.get(number).path();
    waiting.put(number, readAgain ? () -> Compared.of(directory.result(path)) : () -> run);
    while (!waiting.isEmpty() && waiting.firstKey() == next) {
      takeFirst();
    }
  }

  private void takeFirst() {
    var first = waiting.pollFirstEntry();
    next = first.getKey() + 1;
    isEmpty = false;
    Planned run = planned.get(first.getKey());
    Compared came = first.getValue().get();
    if (run.experiment() != null) {
      ensembles.add(run.experiment(), run.seed(), came.answers());
    }
    summary.add(came.result(), run.path());
  }

  /** Says that a run came to no result, which leaves open what the whole comes to. */
  synchronized void isWithout() {
    summary.incomplete();
  }

  /** Returns what all runs come to together; null if none came to a result. */
  synchronized @Nullable Summary summary() {
    while (!waiting.isEmpty()) {
      takeFirst();
    }
    return isEmpty ? null : summary.build();
  }

  List<Figure> ensembles() {
    return ensembles.figures();
  }
}
