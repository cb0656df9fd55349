package dev.lockstep.experiments.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The process that measures one job by JMH and prints a {@link Measurement} in JSON.
 *
 * <p>JMH is told not to fork: it cannot give a fork an environment, and OpenMP reads the number of
 * threads from there. This process is the fork.
 */
final class BenchmarkProcess {

  /** Begins the line that counts; whatever else is printed does not. */
  static final String MARK = "measured ";

  private static final Logger NETLIB = Logger.getLogger("dev.ludovic.netlib");

  private BenchmarkProcess() {}

  /** The contender, the source, the variant, the change, the task, the threads, the seconds. */
  public static void main(String[] args) throws RunnerException, IOException {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
    NETLIB.setLevel(Level.OFF);
    RunResult result =
        new Runner(
                new OptionsBuilder()
                    .include(StepBenchmark.class.getName().replace(".", "\\.") + "\\.batch$")
                    .param("contender", args[0])
                    .param("source", args[1])
                    .param("variant", StepBenchmark.parameter(args[2]))
                    .param("change", StepBenchmark.parameter(args[3]))
                    .param("task", args[4])
                    .param("threads", args[5])
                    .warmupIterations(Integer.parseInt(args[6]))
                    .warmupTime(TimeValue.seconds(1))
                    .measurementIterations(Integer.parseInt(args[7]))
                    .measurementTime(TimeValue.seconds(1))
                    .forks(0)
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .runSingle();
    int samples = new Subject(args[1], args[2], "", args[3]).experiment().training().batchSize();
    Measurement measurement =
        new Measurement(result.getPrimaryResult().getScore() * samples, peakHeapMiB());
    System.out.println(MARK + JsonMapper.builder().build().writeValueAsString(measurement));
    System.exit(0); // threads of libraries may be left
  }

  private static double peakHeapMiB() {
    double bytes = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP) {
        bytes += pool.getPeakUsage().getUsed();
      }
    }
    return bytes / (1 << 20);
  }
}
