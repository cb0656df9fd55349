package dev.lockstep.experiments.bench;

import dev.lockstep.core.result.Verdict;
import dev.lockstep.experiments.bench.BenchResult.Cost;
import dev.lockstep.experiments.bench.BenchResult.Row;
import dev.lockstep.experiments.bench.BenchResult.Setting;
import dev.lockstep.report.statistics.Interval;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Speeds as a bench may find them. */
public final class SampleSpeeds {

  private SampleSpeeds() {}

  public static BenchResult result() {
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
                inOrder(2, "dl4j", 1),
                inOrder(145_000.0, "dl4j", 29_000.4),
                5.0,
                new Interval(4.5, 5.5),
                0.75,
                Map.of("scratch", 61.0)),
            training("two-layer-net-relu", "pytorch", Setting.BEST, 111_538.0, 1.3),
            training("simple-convnet", "dl4j", Setting.ONE_THREAD, 620.0, null),
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
        List.of(
            new Cost(CostSeries.DEPTH, 1, 16_000_000, 1.0, 1.25),
            new Cost(CostSeries.DEPTH, 2, 32_000_000, 3.125, 2.5)),
        List.of("numpy: no python3 on the path"));
  }

  private static <T> Map<String, T> inOrder(T scratch, String candidate, T other) {
    Map<String, T> sides = new LinkedHashMap<>();
    sides.put("scratch", scratch);
    sides.put(candidate, other);
    return sides;
  }

  private static Row training(
      String network,
      String candidate,
      Setting setting,
      double samplesPerSecond,
      @Nullable Double ratio) {
    return new Row(
        network,
        "784-50-10",
        Task.TRAINING,
        candidate,
        "double",
        setting,
        Map.of("scratch", 2),
        inOrder(145_000.0, candidate, samplesPerSecond),
        ratio,
        null,
        null,
        Map.of());
  }
}
