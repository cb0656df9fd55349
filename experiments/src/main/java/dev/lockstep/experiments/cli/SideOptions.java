package dev.lockstep.experiments.cli;

import dev.lockstep.bridge.program.JarProgram;
import dev.lockstep.bridge.program.ProgramProvider;
import dev.lockstep.bridge.program.Python;
import dev.lockstep.core.LockstepException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.wording.Nearest;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.compare.Candidates;
import dev.lockstep.experiments.faults.seeded.Fault;
import dev.lockstep.experiments.faults.seeded.Faults;
import dev.lockstep.experiments.faults.seeded.FaultyProvider;
import dev.lockstep.experiments.machine.Blas;
import dev.lockstep.scratch.ScratchProvider;
import java.io.File;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which two sides are held against each other. */
final class SideOptions {

  /** In front of the name of a candidate that is a seeded fault. */
  private static final String FAULT = "fault:";

  /** What needs no code of a user's. */
  static final List<String> SIDES = List.of(ReferenceOptions.DL4J, "numpy", "pytorch");

  @Option(
      names = "--candidate",
      paramLabel = "dl4j|numpy|pytorch|NAME|fault:ID",
      completionCandidates = CompletionCommand.Candidates.class,
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

  private static final String CLASS_PATH = "--classpath";
  private static final String BLAS = "--blas";

  @Option(
      names = CLASS_PATH,
      paramLabel = "JAR",
      description = "Where the candidate's classes are.")
  private @Nullable String classPath;

  @Option(
      names = "--in-process",
      description =
          "Run a network from --classpath in this process: faster to start, but what it does to its"
              + " process it does to this one.")
  private boolean inProcess;

  private Blas.Choice blas = Blas.Choice.FASTEST;

  @Option(
      names = BLAS,
      paramLabel = "fastest|java",
      defaultValue = "fastest",
      description =
          "By what the scratch side multiplies matrices: the fastest BLAS there is, or pure Java,"
              + " which is slower and gives the same bits on every processor (default:"
              + " ${DEFAULT-VALUE}).")
  void choose(Blas.Choice choice) {
    blas = choice;
    Blas.choose(choice); // before anything asks for one
  }

  @Mixin private ReferenceOptions reference;

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

    /**
     * Returns a network of which both sides have all parts.
     *
     * @throws UsageException if one has not, or cannot be found
     */
    NetworkSpec requireParts(NetworkSpec network) {
      for (ModelProvider side : Arrays.asList(reference, candidate)) {
        if (side != null) {
          requireParts(side, network);
        }
      }
      return network;
    }

    private static void requireParts(ModelProvider side, NetworkSpec network) {
      try {
        side.create(network).close();
      } catch (LockstepException e) {
        throw e;
      } catch (RuntimeException | LinkageError | OutOfMemoryError | StackOverflowError e) {
        return; // what a side's own code throws is told by the run
      }
    }

    @Override
    public void close() {
      programs.forEach(ProgramProvider::close);
    }
  }

  /** Returns whether anything but Deeplearning4j is the candidate. */
  boolean hasCandidate() {
    return candidateCommand != null
        || (candidate != null && !candidate.equals(ReferenceOptions.DL4J));
  }

  /** Returns whether anything but scratch is the reference. */
  boolean hasReference() {
    return reference.isGiven();
  }

  /** Returns the file of the network that is the reference; null if it is none of a file. */
  @Nullable Path referenceFile() {
    return reference.file();
  }

  /** Returns the options that were given, as another command takes them. */
  List<String> arguments() {
    List<String> given = new ArrayList<>(reference.arguments());
    if (candidate != null) {
      given.addAll(List.of("--candidate", candidate));
    }
    if (candidateCommand != null) {
      given.addAll(List.of("--candidate-command", candidateCommand));
    }
    if (classPath != null) {
      given.addAll(List.of(CLASS_PATH, classPath));
    }
    if (inProcess) {
      given.add("--in-process");
    }
    if (blas == Blas.Choice.JAVA) {
      given.addAll(List.of(BLAS, "java"));
    }
    return given;
  }

  /** Returns whether code of a user's, or a program, takes part. */
  boolean startsSomething() {
    return candidate != null
        || candidateCommand != null
        || classPath != null
        || reference.startsSomething();
  }

  /** Returns whether a program takes part that only this host is known to have. */
  boolean startsProgram() {
    return candidateCommand != null || reference.isCommand();
  }

  /**
   * Returns the jars with the candidate's classes.
   *
   * @throws UsageException if there is anything but jars
   */
  List<Path> jars() {
    List<Path> jars = classPath == null ? List.of() : parts(classPath);
    for (Path part : jars) {
      if (!Files.isRegularFile(part)) {
        throw new UsageException(
            "%s: expected jars, which can be sent to the hosts of a cluster, found %s"
                .formatted(CLASS_PATH, part));
      }
    }
    return jars;
  }

  /** Returns a word of the command line as it is where the candidate's jars are elsewhere. */
  static String withClassPath(String word, UnaryOperator<Path> here) {
    String option = CLASS_PATH + "=";
    return word.startsWith(option)
        ? option
            + parts(word.substring(option.length())).stream()
                .map(jar -> here.apply(jar).toString())
                .collect(Collectors.joining(File.pathSeparator))
        : word;
  }

  private static List<Path> parts(String classPath) {
    return Arrays.stream(classPath.split(Pattern.quote(File.pathSeparator), -1))
        .filter(part -> !part.isEmpty())
        .map(Path::of)
        .toList();
  }

  /** Returns whether code of a user's runs in this process, of which two might share something. */
  boolean runsOneByOne() {
    return inProcess;
  }

  /** Returns whether the candidate is none that a test in Java can build. */
  boolean isBeyondJava() {
    return candidateCommand != null
        || ReferenceOptions.bundled(candidate).isPresent()
        || hasReference();
  }

  /** Returns what tells the candidate from another of its name; empty for Lockstep's own. */
  String candidateCode() {
    if (candidateCommand != null) {
      return candidateCommand;
    }
    return !hasCandidate() || fault() != null || ReferenceOptions.bundled(candidate).isPresent()
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
    List<ProgramProvider> programs = new ArrayList<>();
    return new Sides(
        reference.open(alignment, err, programs),
        candidate(reference.settings(precision, alignment, err), programs),
        programs);
  }

  private @Nullable ModelProvider candidate(
      ProgramProvider.Settings settings, List<ProgramProvider> programs) {
    Fault fault = fault();
    if (fault != null) {
      ModelProvider scratch = new ScratchProvider(Blas.chosen().implementation());
      return new FaultyProvider(scratch, fault, fault.ordinary());
    }
    if (candidateCommand != null) {
      return ReferenceOptions.command(candidateCommand, settings, programs);
    }
    if (!hasCandidate()) {
      return null;
    }
    String name = String.valueOf(candidate);
    Optional<Python.Side> side = ReferenceOptions.bundled(name);
    if (side.isPresent()) {
      return ReferenceOptions.opened(Python.provider(side.get(), settings), programs);
    }
    if (classPath == null && SIDES.stream().anyMatch(known -> Nearest.isSlip(name, known))) {
      throw new UsageException(
          "--candidate: found '%s', nearest: %s; for a network of your own: --classpath"
              .formatted(name, Nearest.listed(name, SIDES)));
    }
    return inProcess
        ? Candidates.find(name, classPath)
        : ReferenceOptions.opened(
            JarProgram.provider(name, classPath == null ? "" : classPath, settings), programs);
  }
}
