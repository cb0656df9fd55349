package dev.lockstep.core.compare;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.ExpectedTensor;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which of the expected tensors a user wants compared.
 *
 * @param include a tensor is compared if this finds something in its path; null: all are
 * @param exclude a tensor is left out if this finds something in its path; null: none is
 * @param phases to compare
 */
public record Selection(@Nullable Pattern include, @Nullable Pattern exclude, Set<Phase> phases) {

  /** Everything. */
  public static final Selection ALL = new Selection(null, null, Set.of(Phase.values()));

  /** Returns why a tensor is left out, empty if it is not. */
  public Optional<String> skips(ExpectedTensor tensor) {
    String path = tensor.key().path();
    if (!phases.contains(tensor.key().phase())) {
      return Optional.of("phase not selected");
    }
    if (include != null && !include.matcher(path).find()) {
      return Optional.of("not matched by --include");
    }
    if (exclude != null && exclude.matcher(path).find()) {
      return Optional.of("matched by --exclude");
    }
    return Optional.empty();
  }
}
