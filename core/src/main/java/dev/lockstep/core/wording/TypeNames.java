package dev.lockstep.core.wording;

import java.util.Locale;

/** What the parts of a network are called. */
public final class TypeNames {

  private TypeNames() {}

  /** Returns the name that a specification's type has in experiment files, such as {@code sgd}. */
  public static String of(Object specification) {
    String type = specification.getClass().getSimpleName();
    return type.substring(0, 1).toLowerCase(Locale.ROOT) + type.substring(1);
  }
}
