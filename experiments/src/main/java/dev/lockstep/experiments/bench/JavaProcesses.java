package dev.lockstep.experiments.bench;

import dev.lockstep.bridge.program.JavaCommand;
import java.util.List;
import java.util.Map;

/** Measures what runs in Java: every job in a new JVM, with this one's class path. */
final class JavaProcesses {

  /** The heap that training any of the networks is to be content with. */
  static final int HEAP_MIB = 512;

  private JavaProcesses() {}

  static Measurement measure(Job job) {
    List<String> command = JavaCommand.start();
    command.add("-Xmx" + HEAP_MIB + "m");
    command.add("-XX:+UseParallelGC");
    // DL4J keeps its arrays outside of the heap; JavaCPP would allow it as much as the heap has.
    command.add("-Dorg.bytedeco.javacpp.maxbytes=0");
    command.add("-Dorg.bytedeco.javacpp.maxphysicalbytes=0");
    // JMH would refuse to run beside any other JMH; two of ours never do.
    command.add("-Djmh.ignoreLock=true");
    // The numerical gradient takes the common pool and the thread that calls it.
    command.add("-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + (job.threads() - 1));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(BenchmarkProcess.class.getName());
    Subject subject = job.subject();
    command.addAll(
        List.of(
            job.contender().name(),
            subject.source(),
            subject.variant(),
            subject.change(),
            job.task().name(),
            Integer.toString(job.threads()),
            Integer.toString(job.warmUpSeconds()),
            Integer.toString(job.seconds())));
    return ChildProcess.run(command, environment(job));
  }

  /** DL4J computes on OpenMP's threads; the scratch side on its own, each with a BLAS of one. */
  private static Map<String, String> environment(Job job) {
    boolean dl4j = job.contender() == Contender.DL4J || job.contender() == Contender.DL4J_FLOAT;
    return Map.of("OMP_NUM_THREADS", Integer.toString(dl4j ? job.threads() : 1));
  }
}
