package dev.lockstep.experiments.bench;

import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.experiments.bench.BenchResult.Row;
import dev.lockstep.experiments.machine.Blas;
import dev.lockstep.experiments.machine.Environment;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Measures every network on every side: the sides in turn, round after round, so that what else the
 * machine does meets all of them alike. A ratio is formed of the two measurements of a round, and
 * only for a pair that has been found to agree.
 */
public final class Bench {

  /** Seconds in which processor and caches settle, where there is no code to be compiled. */
  private static final int SHORT_WARM_UP = 1;

  private final BenchSettings settings;
  private final Consumer<String> progress;
  private final @Nullable Peers peers;
  private final List<String> missing = new ArrayList<>();
  private final Set<Contender> present = new LinkedHashSet<>();
  private final Map<Subject, Map<Contender, Verdict>> verdicts = new LinkedHashMap<>();

  /**
   * @param peers null: they are not measured
   * @param progress is told what comes next
   * @param missing what is known to be missing already
   */
  public Bench(
      BenchSettings settings,
      @Nullable Peers peers,
      Consumer<String> progress,
      List<String> missing) {
    this.settings = settings;
    this.missing.addAll(missing);
    this.peers = peers;
    this.progress = progress;
  }

  /**
   * @param command that the user gave
   * @param date of today
   */
  public BenchResult run(String command, LocalDate date) {
    lookForPeers();
    List<Row> rows = new ArrayList<>();
    Verdict verdict = Verdict.AGREE;
    for (Entry entry : entries()) {
      Set<Contender> agreeing = new LinkedHashSet<>();
      for (Contender other : entry.others()) {
        if (!other.isPeer()) {
          Verdict pair = compared(entry.subject(), other, command);
          verdict = verdict.or(pair);
          addIf(pair == Verdict.AGREE, other, agreeing);
        }
      }
      Measured measured = measure(entry);
      for (Contender other : entry.others()) {
        if (other.isPeer()) {
          boolean agrees = peers().agrees(entry.subject(), other);
          addIf(agrees, other, agreeing);
          if (!agrees) {
            missing.add(
                "%s: no ratio on %s, its first steps lead elsewhere"
                    .formatted(other, entry.subject().name()));
          }
        }
      }
      rows.addAll(new Rows(entry, measured, agreeing).all());
    }
    return new BenchResult(
        BenchResult.SCHEMA_VERSION,
        command,
        verdict,
        date.toString(),
        Environment.describe(Blas.chosen().name()),
        settings.rounds(),
        rows,
        costs(),
        missing);
  }

  /** Compares a pair, once for all that is done with the network. */
  private Verdict compared(Subject subject, Contender other, String command) {
    return verdicts
        .computeIfAbsent(subject, unseen -> new EnumMap<>(Contender.class))
        .computeIfAbsent(
            other,
            unseen -> {
              progress.accept(subject.name() + ": compared with " + other);
              return Agreement.withDl4j(subject, other, command);
            });
  }

  private static void addIf(boolean agrees, Contender other, Set<Contender> agreeing) {
    if (agrees) {
      agreeing.add(other);
    }
  }

  private Peers peers() {
    if (peers == null) {
      throw new IllegalStateException("peers that nobody asked for");
    }
    return peers;
  }

  private void lookForPeers() {
    if (peers != null) {
      for (Contender peer : Contender.peers()) {
        Optional<String> reason = peers.missing(peer);
        reason.ifPresentOrElse(missing::add, () -> present.add(peer));
      }
    }
  }

  private List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    for (Subject subject : settings.subjects()) {
      List<Contender> others = new ArrayList<>(settings.dl4j());
      for (Contender peer : present) {
        if (Peers.canTrain(peer, subject.experiment().network())) {
          others.add(peer);
        }
      }
      entries.add(new Entry(subject, Task.TRAINING, Contender.SCRATCH, others));
    }
    for (Subject subject : settings.predicting()) {
      entries.add(new Entry(subject, Task.INFERENCE, Contender.SCRATCH, settings.dl4j()));
    }
    for (Subject subject : settings.numerical()) {
      entries.add(new Entry(subject, Task.TRAINING, Contender.NUMERICAL, List.of()));
    }
    return entries;
  }

  private Measured measure(Entry entry) {
    Measured measured = new Measured();
    for (int round = 1; round <= settings.rounds(); round++) {
      for (int threads : settings.threads()) {
        List<Contender> order = entry.contenders(threads);
        // Whoever comes first meets another machine than who comes last: they take turns.
        Collections.rotate(order, round - 1);
        for (Contender contender : order) {
          Job job = job(contender, entry.subject(), entry.task(), threads);
          measured.add(contender, threads, measure(job, round, settings.rounds()));
        }
      }
    }
    return measured;
  }

  private List<BenchResult.Cost> costs() {
    Costs costs = new Costs();
    for (int round = 1; round <= settings.costRounds(); round++) {
      List<CostSeries.Point> order = new ArrayList<>(CostSeries.points());
      Collections.rotate(order, round - 1);
      for (CostSeries.Point point : order) {
        Job job = job(Contender.SCRATCH, point.subject(), Task.TRAINING, 1);
        costs.add(point, measure(job, round, settings.costRounds()));
      }
    }
    return costs.all();
  }

  private Job job(Contender contender, Subject subject, Task task, int threads) {
    int warmUp = settings.warmUpSeconds();
    return new Job(
        contender,
        subject,
        task,
        threads,
        contender.warmsUp() ? warmUp : Math.min(SHORT_WARM_UP, warmUp),
        settings.seconds());
  }

  private Measurement measure(Job job, int round, int rounds) {
    progress.accept(
        "%s, %s: %s on %s, round %d of %d"
            .formatted(
                job.subject().name(),
                job.task().id(),
                job.contender(),
                Numbers.counted(job.threads(), "thread"),
                round,
                rounds));
    return job.contender().isPeer() ? peers().measure(job) : JavaProcesses.measure(job);
  }
}
