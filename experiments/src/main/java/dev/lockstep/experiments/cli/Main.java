package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import dev.lockstep.core.LockstepException;
import dev.lockstep.core.compare.NothingComparedException;
import dev.lockstep.core.model.ModelFailedException;
import dev.lockstep.core.wording.Nearest;
import dev.lockstep.experiments.machine.Memory;
import dev.lockstep.experiments.terminal.FittedLines;
import dev.lockstep.experiments.terminal.Interruption;
import dev.lockstep.experiments.terminal.LiveLines;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** Where the command line starts: {@code lockstep COMMAND}. */
@Command(
    name = "lockstep",
    description =
        "Trains a network written by hand and the same network in Deeplearning4j side by side, and"
            + " says where, when and by how much they differ.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      CompareCommand.class,
      VerifyCommand.class,
      SearchCommand.class,
      BenchCommand.class,
      DataCommand.class,
      PredictCommand.class,
      AuditCommand.class,
      DiffCommand.class,
      IndexCommand.class,
      ListCommand.class,
      DoctorCommand.class,
      CompletionCommand.class,
      HelpCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "  0:agree",
      "  1:differ",
      "  2:usage",
      "  3:internal error",
      "  4:input missing or corrupt",
      "  5:nothing compared or undecided",
      "130:interrupted"
    })
public final class Main implements Runnable {

  /** The netlib logger says on every start which implementation it chose; the report says it. */
  private static final Logger NETLIB = Logger.getLogger("dev.ludovic.netlib");

  private static final Pattern UNMATCHED =
      Pattern.compile("^Unmatched arguments? (at|from) index \\d+: ");

  private static final Pattern CONSTANTS = Pattern.compile("\\[[A-Z_]+(, [A-Z_]+)*]");

  /** True once a command has come to what the process is to exit with. */
  private static volatile boolean hasVerdict;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Tell more, stack traces of internal errors included.")
  private boolean verbose;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      description = "No progress.")
  private boolean quiet;

  boolean verbose() {
    return verbose;
  }

  boolean quiet() {
    return quiet;
  }

  public static void main(String[] args) {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(Main::refuseAnEndWithoutAVerdict, "no end without a verdict"));
    boolean script = args.length > 0 && args[0].equals("completion");
    PrintWriter out = FittedLines.of(System.out, OutputOptions.OUT_IS_TERMINAL && !script, false);
    int exitCode = run(out, FittedLines.of(System.err, LiveLines.IS_TERMINAL, true), args);
    out.flush();
    hasVerdict = true;
    System.exit(exitCode);
  }

  /** A candidate, or a library, may end the process with 0, which would say that it agrees. */
  private static void refuseAnEndWithoutAVerdict() {
    if (hasVerdict) {
      return;
    }
    Interruption.exitedBy()
        .ifPresent(
            by -> {
              LiveLines.STDERR.print(
                  "lockstep: %s ended the process before there was a verdict".formatted(by));
              Runtime.getRuntime().halt(ExitCode.INTERNAL);
            });
  }

  /** Runs one command and returns what the process exits with. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    prepare();
    try {
      return HelpLayout.fit(commandLine(), OutputOptions.columns())
          .setOut(out)
          .setErr(err)
          .execute(args);
    } catch (OutOfMemoryError e) {
      err.println("lockstep: " + Memory.exhausted(e));
      return ExitCode.INTERNAL;
    } catch (Error e) {
      return internalError(e, err, List.of(args).contains("-v"));
    }
  }

  /** Makes this process one that writes numbers and logs as lockstep does. */
  static void prepare() {
    Locale.setDefault(Locale.ROOT);
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
    // it would leave a file in the user's directory where memory runs out, which is told in words
    System.setProperty("org.deeplearning4j.crash.reporting.enabled", "false");
    NETLIB.setLevel(Level.OFF);
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
    command.getErr().println("lockstep: " + inUsersWords(String.valueOf(e.getMessage())));
    List<String> meant =
        e instanceof UnmatchedArgumentException unknown ? meant(unknown) : List.of();
    String name = command.getCommandSpec().qualifiedName();
    command
        .getErr()
        .println(
            meant.isEmpty()
                ? "Try '" + name + " --help'."
                : "Did you mean: " + String.join(" or ", meant) + "?");
    return ExitCode.USAGE;
  }

  /** Commands or options that an unknown word may be a slip for; none where nothing comes near. */
  private static List<String> meant(UnmatchedArgumentException e) {
    CommandLine command = e.getCommandLine();
    String word = e.getUnmatched().get(0).replaceFirst("=.*", "");
    boolean option = word.startsWith("-");
    Collection<String> names =
        option
            ? command.getCommandSpec().optionsMap().keySet()
            : command.getCommandSpec().subcommands().keySet();
    String before = option ? "" : command.getCommandSpec().qualifiedName() + " ";
    return Nearest.to(word, names).stream()
        .filter(name -> name.startsWith(word) || Nearest.isSlip(word, name))
        .map(before::concat)
        .toList();
  }

  /** The library that parses options counts words and lists choices as constants of Java. */
  private static String inUsersWords(String message) {
    return CONSTANTS
        .matcher(UNMATCHED.matcher(message).replaceFirst("unknown: "))
        .replaceAll(list -> list.group().toLowerCase(Locale.ROOT).replace('_', '-'));
  }

  private int failure(Exception e, CommandLine command) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError exhausted) {
        throw exhausted;
      }
    }
    if (e instanceof LockstepException) {
      command.getErr().println("lockstep: " + e.getMessage());
      return e instanceof InputException ? ExitCode.INPUT : ExitCode.USAGE;
    }
    if (e instanceof ModelFailedException) {
      command.getErr().println("lockstep: " + e.getMessage());
      return ExitCode.USAGE;
    }
    if (e instanceof NothingComparedException) {
      command.getErr().println("lockstep: " + e.getMessage());
      return ExitCode.NOTHING_COMPARED;
    }
    return internalError(e, command.getErr(), verbose);
  }

  private static int internalError(Throwable e, PrintWriter err, boolean verbose) {
    err.println(
        "lockstep: internal error: "
            + e
            + "\nThis is a fault of lockstep, not of your input; -v shows where it happened.");
    if (verbose) {
      e.printStackTrace(err);
    }
    return ExitCode.INTERNAL;
  }
}
