package dev.lockstep.core.wording;

import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.FiniteDifferenceCheck;
import dev.lockstep.core.result.FiniteDifferenceCheck.SideSlope;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a comparison found. */
public final class Findings {

  private Findings() {}

  /** Returns what went wrong, as a sentence. */
  public static String headline(Failure failure) {
    String message = failure.message();
    return Character.toUpperCase(message.charAt(0)) + message.substring(1) + ".";
  }

  /** Returns one sentence: what the verdict means to the reader. */
  public static String meaning(Verdict verdict, @Nullable Failure failure) {
    return switch (verdict) {
      case AGREE ->
          "Every tensor was judged and differs by no more than rounding explains: the two compute the"
              + " same.";
      case DIVERGED_ALIKE ->
          "The experiment says that every correct implementation must do so; the two compute the"
              + " same.";
      case EXPLAINED ->
          "With the named switches set to the book's conventions no difference is left.";
      case UNDECIDED ->
          "Nothing differs as far as it could be judged, and not all could be: that is no agreement.";
      case NOTHING_COMPARED -> "That is no agreement: widen the selection.";
      case DIFFER -> failed(failure == null ? Failure.Kind.DIFFERENCE : failure.kind());
    };
  }

  private static String failed(Failure.Kind kind) {
    return switch (kind) {
      case DIFFERENCE ->
          "That is more than rounding can explain: from here on the two do not compute the same.";
      case NON_FINITE ->
          "A number that is not finite, on one side only or where the experiment does not foresee"
              + " it, is a fault of its own kind.";
      case MISSING_TENSOR ->
          "What only one side shows cannot be compared, and that does not count as agreement.";
      case SHORTER_RUN ->
          "What one side alone did cannot be compared, and that does not count as agreement.";
      case CANDIDATE_FAILED -> "The candidate ended or gave no usable answer.";
    };
  }

  /** Returns what is known of the first divergence, a line each, the most telling first. */
  public static List<String> divergence(FirstDivergence found, String reference, String candidate) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Step %s, %s, layer %s, tensor %s (%s reading)"
            .formatted(
                Numbers.count(found.step()),
                found.phase().id(),
                found.layer(),
                found.tensor(),
                found.reading().id()));
    lines.add(
        "Mismatched elements: %s / %s (%s)"
            .formatted(
                Numbers.count(found.mismatched()),
                Numbers.count(found.elements()),
                Numbers.percent(found.mismatchedShare())));
    lines.add(
        "Greatest absolute difference: %s%s (up to %s allowed)"
            .formatted(
                Numbers.rounded(found.error()),
                at(" at index ", found.index()),
                Numbers.rounded(found.allowed())));
    lines.add(
        "  %s: %s; %s: %s"
            .formatted(
                reference,
                Numbers.exact(found.reference()),
                candidate,
                Numbers.exact(found.candidate())));
    FirstDivergence.Element relative = found.greatestRelative();
    lines.add(
        "Greatest relative difference: %s%s"
            .formatted(
                Numbers.rounded(relative.relativeError()), at(" at index ", relative.index())));
    lines.add(
        "  %s: %s; %s: %s"
            .formatted(
                reference,
                Numbers.exact(relative.reference()),
                candidate,
                Numbers.exact(relative.candidate())));
    lines.add(
        "Measured floor: %s; error ÷ floor: %s"
            .formatted(Numbers.rounded(found.floor()), Numbers.rounded(found.errorOverFloor())));
    lines.add(
        "Smallest tolerance that would have passed: %s absolute, %s floors"
            .formatted(Numbers.rounded(found.error()), Numbers.rounded(found.errorOverFloor())));
    String diagnosis = found.diagnosis();
    lines.add("Diagnosis: " + (diagnosis == null ? "none of the known ones fits" : diagnosis));
    FiniteDifferenceCheck check = found.finiteDifferenceCheck();
    if (check != null) {
      lines.add("Finite-difference check: " + judgement(check, reference, candidate));
      String said =
          Stream.of(slope(reference, check.reference()), slope(candidate, check.candidate()))
              .filter(slope -> !slope.isEmpty())
              .collect(Collectors.joining("; "));
      if (!said.isEmpty()) {
        lines.add("  gradient and slope of the loss: " + said);
      }
    }
    return lines;
  }

  private static String judgement(FiniteDifferenceCheck check, String reference, String candidate) {
    String where =
        "central differences of each side's own loss at %s%s"
            .formatted(check.tensor(), at(", index ", check.index()));
    return switch (check.judgement()) {
      case REFERENCE_WRONG -> "%s is wrong, by %s".formatted(reference, where);
      case CANDIDATE_WRONG -> "%s is wrong, by %s".formatted(candidate, where);
      case BOTH_WRONG -> "both are wrong, by %s".formatted(where);
      case UNDECIDED ->
          "undecided at %s%s: %s"
              .formatted(check.tensor(), at(", index ", check.index()), check.reason());
    };
  }

  private static String slope(String side, @Nullable SideSlope said) {
    return said == null
        ? ""
        : "%s %s and %s ± %s"
            .formatted(
                side,
                Numbers.rounded(said.gradient()),
                Numbers.rounded(said.slope()),
                Numbers.rounded(said.uncertainty()));
  }

  /**
   * Returns which element of a tensor is meant.
   *
   * @param before what leads to it
   * @param index empty: there is but one element, and nothing to say
   */
  public static String at(String before, List<Integer> index) {
    return index.isEmpty()
        ? ""
        : index.stream().map(String::valueOf).collect(Collectors.joining(", ", before + "(", ")"));
  }
}
