package dev.lockstep.experiments.cli;

import dev.lockstep.experiments.catalogue.Catalogue;
import dev.lockstep.experiments.search.space.Spaces;
import java.io.PrintWriter;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep completion}: a script by which a shell completes commands, options and names. */
@Command(
    name = "completion",
    description = "Prints a script by which a shell completes lockstep's commands.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  source <(lockstep completion bash)",
      "  source <(lockstep completion zsh)",
      "  lockstep completion fish | source"
    })
final class CompletionCommand implements Callable<Integer> {

  private enum Shell {
    BASH,
    ZSH,
    FISH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The names that {@code compare} takes. */
  static final class Experiments implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Catalogue.ids().iterator();
    }
  }

  /** The names that {@code search} takes. */
  static final class Searches implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Spaces.ids().iterator();
    }
  }

  /** What {@code --candidate} takes without code of a user's. */
  static final class Candidates implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return SideOptions.SIDES.iterator();
    }
  }

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
  private Shell shell;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    CommandLine lockstep = Main.commandLine();
    // typed once in a lifetime, it is not to stand in the way of compare
    lockstep.getCommandSpec().removeSubcommand(spec.name());
    switch (shell) {
      // picocli's script turns zsh's own emulation of bash's completion on by itself
      case BASH, ZSH -> out.print(AutoComplete.bash(lockstep.getCommandName(), lockstep));
      case FISH -> printFish(out, lockstep);
    }
    out.flush();
    return ExitCode.OK;
  }

  private static void printFish(PrintWriter out, CommandLine lockstep) {
    out.println("# fish completion of lockstep");
    lockstep
        .getSubcommands()
        .forEach(
            (name, command) -> {
              out.printf(
                  "complete -c lockstep -n __fish_use_subcommand -f -a %s -d %s%n",
                  name, quoted(first(command.getCommandSpec().usageMessage().description())));
              String within = "-n " + quoted("__fish_seen_subcommand_from " + name);
              for (OptionSpec option : command.getCommandSpec().options()) {
                out.printf(
                    "complete -c lockstep %s %s %s -d %s%n",
                    within,
                    names(option),
                    option.arity().max() == 0 ? "" : "-r" + candidates(option),
                    quoted(first(option.description())));
              }
              for (ArgSpec parameter : command.getCommandSpec().positionalParameters()) {
                if (parameter.completionCandidates() != null) {
                  out.printf("complete -c lockstep %s%s%n", within, candidates(parameter));
                }
              }
            });
  }

  private static String names(OptionSpec option) {
    return java.util.Arrays.stream(option.names())
        .map(name -> name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1))
        .collect(Collectors.joining(" "));
  }

  private static String candidates(ArgSpec argument) {
    @Nullable Iterable<String> candidates = argument.completionCandidates();
    return candidates == null
        ? ""
        : " -a "
            + quoted(
                StreamSupport.stream(candidates.spliterator(), false)
                    .collect(Collectors.joining(" ")));
  }

  private static String first(String... lines) {
    return lines.length == 0 ? "" : lines[0];
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
