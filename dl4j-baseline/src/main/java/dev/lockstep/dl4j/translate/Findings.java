package dev.lockstep.dl4j.translate;

import dev.lockstep.core.InputException;
import dev.lockstep.dl4j.ledger.Convention;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is gathered while a configuration is read: conventions, and parts that are not known. */
public final class Findings {

  private final Set<Convention> conventions = EnumSet.noneOf(Convention.class);
  private final List<String> unknown = new ArrayList<>();

  /** Notes that the configuration leaves a convention to DL4J's way. */
  public void leftToDl4j(Convention convention) {
    conventions.add(convention);
  }

  /** Notes a part that a specification has no words for. */
  public void unknown(String where, String what) {
    unknown.add(where + ": " + what);
  }

  /** Notes a setting that is known with one value only, unless it has that value. */
  public void require(
      String where, String setting, @Nullable Object found, @Nullable Object known) {
    if (!Objects.equals(found, known)) {
      unknown(where, setting + " " + found);
    }
  }

  /** Returns the conventions that are left to DL4J. */
  public Set<Convention> conventions() {
    return Collections.unmodifiableSet(conventions);
  }

  /** Returns whether everything is known. */
  public boolean allKnown() {
    return unknown.isEmpty();
  }

  /**
   * @throws InputException listing everything that is not known
   */
  public void requireNothingUnknown() {
    if (!allKnown()) {
      throw new InputException(
          "DL4J configuration: parts that are not known here: " + String.join("; ", unknown));
    }
  }
}
