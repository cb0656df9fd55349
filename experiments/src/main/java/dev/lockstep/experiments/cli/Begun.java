package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** A command as it was given when what is resumed now was begun. */
final class Begun {

  private Begun() {}

  /**
   * Returns the command that the words of another day give.
   *
   * @param asked the command that resumes
   * @param words as they were given, the command's name first; of an option given twice the last
   *     counts
   * @param what it began, for messages
   * @throws InputException if the words give no such command
   */
  static <C> C command(
      CommandSpec asked, List<String> words, Class<C> type, Path directory, String what) {
    CommandLine line =
        Main.commandLine()
            .setOut(asked.commandLine().getOut())
            .setErr(asked.commandLine().getErr())
            .setOverwrittenOptionsAllowed(true);
    try {
      ParseResult parsed = line.parseArgs(words.toArray(String[]::new));
      if (parsed.hasSubcommand()
          && type.isInstance(parsed.subcommand().commandSpec().userObject())) {
        return type.cast(parsed.subcommand().commandSpec().userObject());
      }
    } catch (ParameterException e) {
      throw new InputException("--resume %s: %s".formatted(directory, e.getMessage()), e);
    }
    throw new InputException("--resume %s: no %s was begun there".formatted(directory, what));
  }
}
