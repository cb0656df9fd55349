package dev.lockstep.experiments.verify;

import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.SyntheticDigits;
import dev.lockstep.core.result.RunResult.DatasetInfo;
import dev.lockstep.dl4j.ledger.Conventions;
import dev.lockstep.experiments.machine.Blas;
import dev.lockstep.experiments.machine.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Verifies every part, every initial value and every convention, or those that are chosen. */
public final class Verifier {

  private static final int TRAIN = 47;
  private static final int TEST = 20;

  private final Dataset digits = SyntheticDigits.dataset(SyntheticDigits.DEFAULT_SEED, TRAIN, TEST);
  private final PartVerifier partVerifier = new PartVerifier(digits);
  private final List<Pairing> pairings;
  private final Predicate<String> chosen;
  private final Consumer<String> progress;

  /**
   * @param chosen by title, such as {@code layer affine}, {@code initial xavier, affine} or {@code
   *     convention adam-epsilon}
   * @param progress told of what comes next
   */
  public Verifier(Predicate<String> chosen, Consumer<String> progress) {
    this(Pairing.all(), chosen, progress);
  }

  /**
   * @param pairings of sides that are held against each other
   * @param chosen by title
   * @param progress told of what comes next
   */
  public Verifier(List<Pairing> pairings, Predicate<String> chosen, Consumer<String> progress) {
    this.pairings = pairings;
    this.chosen = chosen;
    this.progress = progress;
  }

  /**
   * Verifies parts, initial values and conventions.
   *
   * @param command that the user gave, for the report
   */
  public VerifyResult run(String command) {
    long start = System.nanoTime();
    List<PartResult> parts = parts();
    progress.accept("initial values");
    List<Draws> initialValues = new InitialValuesVerifier(digits).verify(chosen);
    progress.accept("conventions");
    return result(command, parts, initialValues, conventions(), start);
  }

  /**
   * Verifies parts alone.
   *
   * @param command that the user gave, for the report
   */
  public VerifyResult parts(String command) {
    long start = System.nanoTime();
    return result(command, parts(), List.of(), List.of(), start);
  }

  private VerifyResult result(
      String command,
      List<PartResult> parts,
      List<Draws> initialValues,
      List<ConventionResult> conventions,
      long start) {
    return VerifyResult.of(
        command,
        DatasetInfo.of(digits, TRAIN, TEST),
        Environment.describe(Blas.fastest().name()),
        PartVerifier.TRAINING.steps(TRAIN),
        parts,
        initialValues,
        conventions,
        (System.nanoTime() - start) / 1e9);
  }

  private List<PartResult> parts() {
    List<PartResult> results = new ArrayList<>();
    String kind = "";
    for (Part part : Parts.all()) {
      if (!chosen.test(part.title())) {
        continue;
      }
      if (!part.kind().equals(kind)) {
        kind = part.kind();
        progress.accept(kind);
      }
      for (Pairing pairing : pairings) {
        results.add(partVerifier.verify(part, pairing));
      }
    }
    return results;
  }

  private List<ConventionResult> conventions() {
    var verifier = new ConventionVerifier(partVerifier, pairings.get(0).sides().reference());
    return Conventions.all().stream()
        .filter(convention -> chosen.test("convention " + convention.id()))
        .map(verifier::verify)
        .toList();
  }
}
