package dev.lockstep.experiments.bench;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What JMH runs: the work of one job, one batch an operation. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class StepBenchmark {

  @Param("SCRATCH")
  public Contender contender = Contender.SCRATCH;

  @Param("two-layer-net-relu")
  public String source = "";

  /** JMH has no empty parameters: {@value #NONE} stands for one. */
  @Param(NONE)
  public String variant = "";

  @Param(NONE)
  public String change = "";

  @Param("TRAINING")
  public Task task = Task.TRAINING;

  @Param("1")
  public int threads = 1;

  private static final String NONE = "-";

  private @Nullable Work work;

  @Setup
  public void begin() {
    Subject subject = new Subject(source, read(variant), "", read(change));
    work = Work.of(new Job(contender, subject, task, threads, 0, 0));
  }

  /** Returns a text as a parameter of JMH. */
  static String parameter(String text) {
    return text.isEmpty() ? NONE : text;
  }

  private static String read(String parameter) {
    return parameter.equals(NONE) ? "" : parameter;
  }

  @Benchmark
  public double batch() {
    return work().once().getAsDouble();
  }

  private Work work() {
    if (work == null) {
      throw new IllegalStateException("a batch before the work began");
    }
    return work;
  }

  @TearDown
  public void end() {
    work().end().run();
  }
}
