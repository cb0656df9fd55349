package dev.lockstep.experiments.cli;

import dev.lockstep.bridge.program.CommandLine;
import dev.lockstep.bridge.program.ProgramProvider;
import dev.lockstep.bridge.program.Python;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.dl4j.model.Dl4jProvider;
import dev.lockstep.dl4j.model.Precision;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a candidate is held against, and how programs are run. */
final class ReferenceOptions {

  static final String DL4J = "dl4j";
  private static final String SCRATCH = "scratch";

  /** In front of the file of a network that DL4J wrote. */
  static final String FILE = "dl4j-config:";

  @Option(
      names = "--reference",
      paramLabel = "scratch|dl4j|numpy|pytorch|dl4j-config:FILE",
      description =
          "What the candidate is held against (default: scratch). dl4j-config: the network that"
              + " DL4J's toJson() wrote to a file, trained by DL4J, whatever layers it has.")
  private @Nullable String reference;

  @Option(
      names = "--reference-command",
      paramLabel = "COMMAND",
      description = "Start this program as the reference.")
  private @Nullable String referenceCommand;

  @Option(
      names = "--candidate-timeout",
      paramLabel = "SECONDS",
      defaultValue = "300",
      description =
          "How long a program or a network of your own may take for one answer (default:"
              + " ${DEFAULT-VALUE}).")
  private int timeout;

  /** Returns whether anything but scratch is the reference. */
  boolean isGiven() {
    return referenceCommand != null || (reference != null && !reference.equals(SCRATCH));
  }

  /** Returns the file of the network that is the reference; null if it is none of a file. */
  @Nullable Path file() {
    return reference != null && reference.startsWith(FILE)
        ? Path.of(reference.substring(FILE.length()))
        : null;
  }

  /** Returns whether a program of a user's is the reference. */
  boolean isCommand() {
    return referenceCommand != null;
  }

  /** Returns the options that were given. */
  List<String> arguments() {
    List<String> given = new ArrayList<>();
    if (reference != null) {
      given.addAll(List.of("--reference", reference));
    }
    if (referenceCommand != null) {
      given.addAll(List.of("--reference-command", referenceCommand));
    }
    return given;
  }

  /** Returns whether a reference was named. */
  boolean startsSomething() {
    return reference != null || referenceCommand != null;
  }

  /**
   * Makes the reference; a program is started when it is first asked.
   *
   * @param alignment {@code aligned} or {@code stock}
   * @param err where what programs print goes; null: nowhere
   * @param programs gets the program, if there is one, which its caller ends
   * @return null: scratch, or what a file says
   */
  @Nullable ModelProvider open(
      String alignment, @Nullable PrintWriter err, List<ProgramProvider> programs) {
    if (reference != null && referenceCommand != null) {
      throw new UsageException("expected either --reference or --reference-command, found both");
    }
    ProgramProvider.Settings settings = settings(Precision.DOUBLE, alignment, err);
    if (referenceCommand != null) {
      return command(referenceCommand, settings, programs);
    }
    if (!isGiven() || file() != null) {
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
                        "--reference: expected scratch, dl4j, numpy, pytorch or dl4j-config:FILE, found '%s'; for a"
                                .formatted(name)
                            + " program of your own: --reference-command"));
    return opened(Python.provider(side, settings), programs);
  }

  /**
   * Returns how programs are run.
   *
   * @param alignment {@code aligned} or {@code stock}
   * @param err where what programs print goes; null: nowhere
   */
  ProgramProvider.Settings settings(
      Precision precision, String alignment, @Nullable PrintWriter err) {
    if (timeout < 1) {
      throw new UsageException("--candidate-timeout: expected at least 1, found " + timeout);
    }
    return new ProgramProvider.Settings(
        precision.id(),
        alignment,
        Duration.ofSeconds(timeout),
        line -> {
          if (err != null) {
            err.println("| " + line);
          }
        });
  }

  static Optional<Python.Side> bundled(@Nullable String name) {
    return Arrays.stream(Python.Side.values()).filter(side -> side.id().equals(name)).findFirst();
  }

  static ModelProvider command(
      String command, ProgramProvider.Settings settings, List<ProgramProvider> programs) {
    return opened(
        new ProgramProvider(CommandLine.words(command), Python.environment(), settings), programs);
  }

  static ModelProvider opened(ProgramProvider provider, List<ProgramProvider> programs) {
    programs.add(provider);
    return provider;
  }
}
