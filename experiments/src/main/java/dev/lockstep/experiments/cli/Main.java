package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import dev.lockstep.core.LockstepException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.compare.NothingComparedException;
import dev.lockstep.experiments.machine.Blas;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Where the command line starts: {@code lockstep COMMAND}. */
@Command(
    name = "lockstep",
    description =
        "Trains a network written by hand and the same network in Deeplearning4j side by side, and"
            + " says where, when and by how much they part.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      CompareCommand.class,
      VerifyCommand.class,
      SearchCommand.class,
      BenchCommand.class,
      DataCommand.class,
      PredictCommand.class,
      ListCommand.class,
      DoctorCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 agree, 1 differ, 2 usage, 3 internal error, 4 input missing or corrupt,",
      "5 nothing compared, 130 interrupted."
    })
public final class Main implements Runnable {

  /** The netlib logger says on every start which implementation it chose; the report says it. */
  private static final Logger NETLIB = Logger.getLogger("dev.ludovic.netlib");

  @Spec private CommandSpec spec;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Tell more, stack traces of internal errors included.")
  private boolean verbose;

  @Option(
      names = "--blas",
      scope = ScopeType.INHERIT,
      paramLabel = "LIBRARY",
      description =
          "The matrix product of the scratch side: openblas (the current one), nd4j (the one that"
              + " ND4J brings), java, or the file of a library; auto takes the first of them that"
              + " this platform has.")
  void blas(String choice) {
    try {
      Blas.choose(choice);
    } catch (UsageException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  boolean verbose() {
    return verbose;
  }

  public static void main(String[] args) {
    System.exit(
        run(
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            args));
  }

  /** Runs one command and returns what the process exits with. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    Locale.setDefault(Locale.ROOT);
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
    NETLIB.setLevel(Level.OFF);
    return commandLine().setOut(out).setErr(err).execute(args);
  }

  static CommandLine commandLine() {
    Main main = new Main();
    return new CommandLine(main)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Main::usageError)
        .setExecutionExceptionHandler((e, command, parsed) -> main.failure(e, command));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  private static int usageError(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    command.getErr().println("lockstep: " + e.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr())) {
      command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    }
    return ExitCode.USAGE;
  }

  private int failure(Exception e, CommandLine command) {
    if (e instanceof LockstepException) {
      command.getErr().println("lockstep: " + e.getMessage());
      return e instanceof InputException ? ExitCode.INPUT : ExitCode.USAGE;
    }
    if (e instanceof NothingComparedException) {
      command.getErr().println("lockstep: " + e.getMessage());
      return ExitCode.NOTHING_COMPARED;
    }
    command
        .getErr()
        .println(
            "lockstep: internal error: "
                + e
                + "\nThis is a fault of lockstep, not of your input; -v shows where it happened.");
    if (verbose) {
      e.printStackTrace(command.getErr());
    }
    return ExitCode.INTERNAL;
  }
}
