package dev.lockstep.experiments.bench;

import dev.lockstep.experiments.bench.BenchResult.Row;
import dev.lockstep.experiments.bench.BenchResult.Setting;
import dev.lockstep.report.statistics.Ratio;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes rows of what was measured of one entry. */
final class Rows {

  private final Entry entry;
  private final Measured measured;
  private final Set<Contender> agreeing;

  /**
   * @param agreeing the others for which a ratio may be told
   */
  Rows(Entry entry, Measured measured, Set<Contender> agreeing) {
    this.entry = entry;
    this.measured = measured;
    this.agreeing = agreeing;
  }

  List<Row> all() {
    List<Row> rows = new ArrayList<>();
    List<@Nullable Contender> others = new ArrayList<>(entry.others());
    if (others.isEmpty()) {
      others.add(null);
    }
    for (Contender other : others) {
      rows.add(row(other, Setting.ONE_THREAD, 1, 1));
      if (measured.hasSeveralSettings(entry.reference())) {
        int best = other == null ? 1 : measured.best(other);
        rows.add(row(other, Setting.BEST, measured.best(entry.reference()), best));
      }
    }
    return rows;
  }

  private Row row(
      @Nullable Contender other, Setting setting, int referenceThreads, int otherThreads) {
    Contender reference = entry.reference();
    Map<String, Integer> threads = new LinkedHashMap<>();
    Map<String, Double> speeds = new LinkedHashMap<>();
    Map<String, Double> heaps = new LinkedHashMap<>();
    threads.put(reference.side(), referenceThreads);
    speeds.put(reference.side(), measured.speed(reference, referenceThreads));
    measured
        .peakHeapMiB(reference, referenceThreads)
        .ifPresent(peak -> heaps.put(reference.side(), peak));
    Ratio ratio = null;
    if (other != null) {
      threads.put(other.side(), otherThreads);
      speeds.put(other.side(), measured.speed(other, otherThreads));
      measured.peakHeapMiB(other, otherThreads).ifPresent(peak -> heaps.put(other.side(), peak));
      if (agreeing.contains(other)) {
        ratio =
            Ratio.of(
                measured.speeds(reference, referenceThreads), measured.speeds(other, otherThreads));
      }
    }
    return new Row(
        entry.subject().name(),
        entry.subject().description(),
        entry.task(),
        other == null ? null : other.side(),
        (other == null ? reference : other).precisionId(),
        setting,
        threads,
        speeds,
        ratio == null ? null : ratio.value(),
        ratio == null ? null : ratio.interval(),
        limitShare(setting),
        heaps);
  }

  private @Nullable Double limitShare(Setting setting) {
    return setting == Setting.ONE_THREAD && measured.has(Contender.LIMIT)
        ? measured.speed(entry.reference(), 1) / measured.speed(Contender.LIMIT, 1)
        : null;
  }
}
