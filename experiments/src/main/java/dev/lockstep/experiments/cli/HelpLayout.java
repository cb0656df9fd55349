package dev.lockstep.experiments.cli;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Help as wide as the window. Two columns side by side, as picocli sets them, need {@value #BESIDE}
 * columns; in a narrower window what an option does stands below it, and lines are as long as they
 * come: who prints them folds them.
 */
final class HelpLayout {

  /** What picocli takes by itself. */
  static final int BESIDE = 80;

  /** Longer lines are hard to read. */
  private static final int WIDEST = 110;

  /** No text of a help is as long: nothing is broken where it is not printed. */
  private static final int UNBROKEN = 4_000;

  private HelpLayout() {}

  /** Sets how wide a command and all of its subcommands show their help. */
  static CommandLine fit(CommandLine command, int columns) {
    if (columns >= BESIDE) {
      return command.setUsageHelpWidth(Math.min(columns, WIDEST));
    }
    return command.setUsageHelpWidth(UNBROKEN).setHelpFactory(Narrow::new);
  }

  private static final class Narrow extends Help {

    Narrow(CommandSpec spec, ColorScheme colours) {
      super(spec, colours);
    }

    @Override
    public String synopsis(int heading) {
      return abbreviatedSynopsis();
    }

    @Override
    public String parameterList() {
      return list(
          commandSpec().positionalParameters().stream()
              .filter(parameter -> !parameter.hidden())
              .map(parameter -> new Entry(parameter.paramLabel(), List.of(parameter.description())))
              .toList());
    }

    @Override
    public String optionList() {
      return list(
          commandSpec().options().stream()
              .filter(option -> !option.hidden())
              .sorted(createShortOptionNameComparator())
              .map(option -> new Entry(label(option), List.of(option.description())))
              .toList());
    }

    @Override
    public String commandList(Map<String, Help> commands) {
      return list(
          commands.entrySet().stream()
              .map(
                  command ->
                      new Entry(
                          command.getKey(),
                          List.of(command.getValue().commandSpec().usageMessage().description())))
              .toList());
    }

    private static String label(OptionSpec option) {
      String value = option.arity().max() > 0 ? "=" + option.paramLabel() : "";
      return String.join(", ", option.names()) + value;
    }

    private static String list(List<Entry> entries) {
      return entries.stream().map(Entry::text).collect(Collectors.joining());
    }

    /**
     * @param description lines, with the signs of {@link String#format}
     */
    private record Entry(String label, List<String> description) {

      String text() {
        return "  %s%n%s"
            .formatted(
                label,
                description.stream()
                    .flatMap(line -> line.formatted().lines())
                    .map("    %s%n"::formatted)
                    .collect(Collectors.joining()));
      }
    }
  }
}
