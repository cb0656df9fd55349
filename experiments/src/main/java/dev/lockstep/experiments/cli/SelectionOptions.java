package dev.lockstep.experiments.cli;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.model.Phase;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which tensors are compared. */
final class SelectionOptions {

  @Option(names = "--include", paramLabel = "REGEX", description = "Compare only these tensors.")
  private @Nullable String include;

  @Option(names = "--exclude", paramLabel = "REGEX", description = "Leave these tensors out.")
  private @Nullable String exclude;

  @Option(
      names = "--phase",
      split = ",",
      paramLabel = "LIST",
      description = "Compare only these phases: forward, loss, backward, update.")
  private List<Phase> phases = List.of();

  Selection selection() {
    Set<Phase> chosen = phases.isEmpty() ? EnumSet.allOf(Phase.class) : EnumSet.copyOf(phases);
    return new Selection(pattern("--include", include), pattern("--exclude", exclude), chosen);
  }

  private static @Nullable Pattern pattern(String option, @Nullable String regex) {
    try {
      return regex == null ? null : Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new UsageException(
          "%s: expected a regular expression, found '%s': %s"
              .formatted(option, regex, e.getDescription()),
          e);
    }
  }
}
