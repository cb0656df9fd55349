package dev.lockstep.experiments.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code lockstep help data info}: picocli's own command takes one word only. */
@Command(
    name = "help",
    description = "Shows the help of a command.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  lockstep help compare", "  lockstep help data info"})
final class HelpCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "Without one: all commands.")
  private List<String> words = List.of();

  @Override
  public Integer call() {
    CommandLine command = spec.parent().commandLine();
    for (String word : words) {
      @Nullable CommandLine named = command.getSubcommands().get(word);
      if (named == null) {
        throw new UnmatchedArgumentException(command, List.of(word));
      }
      command = named;
    }
    command.usage(spec.commandLine().getOut());
    return ExitCode.OK;
  }
}
