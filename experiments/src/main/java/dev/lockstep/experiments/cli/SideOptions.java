package dev.lockstep.experiments.cli;

import dev.lockstep.bridge.program.CommandLine;
import dev.lockstep.bridge.program.JarProgram;
import dev.lockstep.bridge.program.ProgramProvider;
import dev.lockstep.bridge.program.Python;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.wording.Nearest;
import dev.lockstep.dl4j.model.Dl4jProvider;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.compare.Candidates;
import dev.lockstep.experiments.faults.Fault;
import dev.lockstep.experiments.faults.Faults;
import dev.lockstep.experiments.faults.FaultyProvider;
import dev.lockstep.experiments.machine.Blas;
import dev.lockstep.scratch.ScratchProvider;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which two sides are held against each other. */
final class SideOptions {

  /** In front of the name of a candidate that is a seeded fault. */
  private static final String FAULT = "fault:";

  private static final String DL4J = "dl4j";
  private static final String SCRATCH = "scratch";

  /** What needs no code of a user's. */
  private static final List<String> SIDES = List.of(DL4J, "numpy", "pytorch");

  @Option(
      names = "--candidate",
      paramLabel = "dl4j|numpy|pytorch|NAME|fault:ID",
      description =
          "What is held against the reference: Deeplearning4j (default), the bundled side in NumPy"
              + " or PyTorch, a network of your own from --classpath, or the scratch implementation"
              + " with a fault seeded into it; lockstep list faults names them.")
  private @Nullable String candidate;

  @Option(
      names = "--candidate-command",
      paramLabel = "COMMAND",
      description =
          "Start this program as the candidate: \"python3 my_net.py\"; docs/python.md shows how it"
              + " answers.")
  private @Nullable String candidateCommand;

  @Option(
      names = "--candidate-timeout",
      paramLabel = "SECONDS",
      defaultValue = "300",
      description =
          "How long a program or a network of your own may take for one answer (default:"
              + " ${DEFAULT-VALUE}).")
  private int timeout;

  @Option(
      names = "--classpath",
      paramLabel = "JAR",
      description = "Where the candidate's classes are.")
  private @Nullable String classPath;

  @Option(
      names = "--in-process",
      description =
          "Run a network from --classpath in this process: faster to start, but what it does to its"
              + " process it does to this one.")
  private boolean inProcess;

  @Option(
      names = "--reference",
      paramLabel = "scratch|dl4j|numpy|pytorch",
      description = "What the candidate is held against (default: scratch).")
  private @Nullable String reference;

  @Option(
      names = "--reference-command",
      paramLabel = "COMMAND",
      description = "Start this program as the reference.")
  private @Nullable String referenceCommand;

  /**
   * The two sides, ready to build models. Programs among them end when this is closed.
   *
   * @param reference null: scratch
   * @param candidate null: Deeplearning4j
   */
  record Sides(
      @Nullable ModelProvider reference,
      @Nullable ModelProvider candidate,
      List<ProgramProvider> programs)
      implements AutoCloseable {

    @Override
    public void close() {
      programs.forEach(ProgramProvider::close);
    }
  }

  /** Returns whether anything but Deeplearning4j is the candidate. */
  boolean hasCandidate() {
    return candidateCommand != null || (candidate != null && !candidate.equals(DL4J));
  }

  /** Returns whether anything but scratch is the reference. */
  boolean hasReference() {
    return referenceCommand != null || (reference != null && !reference.equals(SCRATCH));
  }

  /** Returns whether code of a user's, or a program, takes part. */
  boolean startsSomething() {
    return candidate != null
        || candidateCommand != null
        || classPath != null
        || reference != null
        || referenceCommand != null;
  }

  /** Returns whether code of a user's runs in this process, of which two might share something. */
  boolean runsOneByOne() {
    return inProcess;
  }

  /** Returns whether the candidate is none that a test in Java can build. */
  boolean isBeyondJava() {
    return candidateCommand != null || bundled(candidate).isPresent() || hasReference();
  }

  /** Returns what tells the candidate from another of its name; empty for Lockstep's own. */
  String candidateCode() {
    if (candidateCommand != null) {
      return candidateCommand;
    }
    return !hasCandidate() || fault() != null || bundled(candidate).isPresent()
        ? ""
        : Candidates.digest(classPath);
  }

  /** Returns the seeded fault that is asked for, or null. */
  @Nullable Fault fault() {
    return candidate != null && candidate.startsWith(FAULT)
        ? Faults.find(candidate.substring(FAULT.length()))
        : null;
  }

  /**
   * Makes both sides; programs are started when they are first asked.
   *
   * @param alignment {@code aligned} or {@code stock}
   * @param err where what programs print goes; null: nowhere
   */
  Sides open(Precision precision, String alignment, @Nullable PrintWriter err) {
    if (candidate != null && candidateCommand != null) {
      throw new UsageException("expected either --candidate or --candidate-command, found both");
    }
    if (reference != null && referenceCommand != null) {
      throw new UsageException("expected either --reference or --reference-command, found both");
    }
    if (timeout < 1) {
      throw new UsageException("--candidate-timeout: expected at least 1, found " + timeout);
    }
    List<ProgramProvider> programs = new ArrayList<>();
    return new Sides(
        reference(settings(Precision.DOUBLE, alignment, err), programs),
        candidate(settings(precision, alignment, err), programs),
        programs);
  }

  private ProgramProvider.Settings settings(
      Precision precision, String alignment, @Nullable PrintWriter err) {
    return new ProgramProvider.Settings(
        precision == Precision.FLOAT ? "float" : "double",
        alignment,
        Duration.ofSeconds(timeout),
        line -> {
          if (err != null) {
            err.println("| " + line);
          }
        });
  }

  private @Nullable ModelProvider reference(
      ProgramProvider.Settings settings, List<ProgramProvider> programs) {
    if (referenceCommand != null) {
      return command(referenceCommand, settings, programs);
    }
    if (!hasReference()) {
      return null;
    }
    String name = String.valueOf(reference);
    if (name.equals(DL4J)) {
      return Dl4jProvider.aligned(Precision.DOUBLE);
    }
    Python.Side side =
        bundled(name)
            .orElseThrow(
                () ->
                    new UsageException(
                        "--reference: expected scratch, dl4j, numpy or pytorch, found '%s'; for a"
                                .formatted(name)
                            + " program of your own: --reference-command"));
    return opened(Python.provider(side, settings), programs);
  }

  private @Nullable ModelProvider candidate(
      ProgramProvider.Settings settings, List<ProgramProvider> programs) {
    Fault fault = fault();
    if (fault != null) {
      ModelProvider scratch = new ScratchProvider(Blas.fastest().implementation());
      return new FaultyProvider(scratch, fault, fault.ordinary());
    }
    if (candidateCommand != null) {
      return command(candidateCommand, settings, programs);
    }
    if (!hasCandidate()) {
      return null;
    }
    String name = String.valueOf(candidate);
    Optional<Python.Side> side = bundled(name);
    if (side.isPresent()) {
      return opened(Python.provider(side.get(), settings), programs);
    }
    if (classPath == null && SIDES.stream().anyMatch(known -> Nearest.isSlip(name, known))) {
      throw new UsageException(
          "--candidate: found '%s', nearest: %s; for a network of your own: --classpath"
              .formatted(name, Nearest.listed(name, SIDES)));
    }
    return inProcess
        ? Candidates.find(name, classPath)
        : opened(JarProgram.provider(name, classPath == null ? "" : classPath, settings), programs);
  }

  private static Optional<Python.Side> bundled(@Nullable String name) {
    return Arrays.stream(Python.Side.values()).filter(side -> side.id().equals(name)).findFirst();
  }

  private static ModelProvider command(
      String command, ProgramProvider.Settings settings, List<ProgramProvider> programs) {
    return opened(
        new ProgramProvider(CommandLine.words(command), Python.environment(), settings), programs);
  }

  private static ModelProvider opened(ProgramProvider provider, List<ProgramProvider> programs) {
    programs.add(provider);
    return provider;
  }
}
