package dev.lockstep.experiments.report;

import dev.lockstep.core.result.Verdict;
import dev.lockstep.experiments.bench.BenchResult;
import dev.lockstep.experiments.bench.BenchResult.Row;
import dev.lockstep.experiments.bench.BenchResult.Setting;
import dev.lockstep.experiments.bench.Task;
import dev.lockstep.experiments.statistics.Interval;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Speeds as a bench may find them. */
final class SampleSpeeds {

  private SampleSpeeds() {}

  static BenchResult result() {
    return new BenchResult(
        1,
        "lockstep bench",
        Verdict.AGREE,
        "2026-01-31",
        Map.of(
            "cpu",
            "A CPU",
            "processors",
            "2",
            "jdk",
            "17",
            "scratchBlas",
            "OpenBLAS",
            "dl4j",
            "M2.1"),
        5,
        List.of(
            new Row(
                "two-layer-net-relu",
                "784-50-10",
                Task.TRAINING,
                "dl4j",
                "float",
                Setting.BEST,
                new TreeMap<>(Map.of("dl4j", 1, "scratch", 2)),
                new TreeMap<>(Map.of("dl4j", 29_000.4, "scratch", 145_000.0)),
                5.0,
                new Interval(4.5, 5.5),
                0.75,
                Map.of("scratch", 61.0)),
            new Row(
                "two-layer-net",
                "numerical gradient",
                Task.TRAINING,
                null,
                "double",
                Setting.ONE_THREAD,
                Map.of("scratch-numerical", 1),
                Map.of("scratch-numerical", 1234.5),
                null,
                null,
                null,
                Map.of())),
        List.of("numpy: no python3 on the path"));
  }
}
