package dev.lockstep.experiments.verify;

import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.digits.SyntheticDigits;
import dev.lockstep.core.result.RunResult.DatasetInfo;
import dev.lockstep.dl4j.ledger.Conventions;
import dev.lockstep.experiments.machine.Blas;
import dev.lockstep.experiments.machine.Environment;
import dev.lockstep.experiments.work.Cores;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  private final Cores cores;
  private final Consumer<String> progress;

  /**
   * @param chosen by title, such as {@code layer affine}, {@code initial xavier, affine} or {@code
   *     convention adam-epsilon}
   * @param cores that carry out what is verified
   * @param progress told of what comes next
   */
  public Verifier(Predicate<String> chosen, Cores cores, Consumer<String> progress) {
    this(Pairing.all(), chosen, cores, progress);
  }

  /**
   * @param pairings of sides that are held against each other
   * @param chosen by title
   * @param cores that carry out what is verified
   * @param progress told of what comes next
   */
  public Verifier(
      List<Pairing> pairings, Predicate<String> chosen, Cores cores, Consumer<String> progress) {
    this.pairings = pairings;
    this.chosen = chosen;
    this.cores = cores;
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
    List<Draws> initialValues = new InitialValuesVerifier(digits).verify(chosen, cores);
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
        Environment.describe(Blas.chosen().name()),
        PartVerifier.TRAINING.steps(TRAIN),
        parts,
        initialValues,
        conventions,
        (System.nanoTime() - start) / 1e9);
  }

  /** A part on two sides. */
  private record Paired(Part part, Pairing pairing) {}

  private List<PartResult> parts() {
    List<Paired> all =
        Parts.all().stream()
            .filter(part -> chosen.test(part.title()))
            .flatMap(part -> pairings.stream().map(pairing -> new Paired(part, pairing)))
            .toList();
    Set<String> told = ConcurrentHashMap.newKeySet();
    return cores.each(
        all,
        next -> {
          if (told.add(next.part().kind())) {
            progress.accept(next.part().kind());
          }
          return partVerifier.verify(next.part(), next.pairing());
        });
  }

  private List<ConventionResult> conventions() {
    var verifier = new ConventionVerifier(partVerifier, pairings.get(0).sides().reference());
    return cores.each(
        Conventions.all().stream()
            .filter(convention -> chosen.test("convention " + convention.id()))
            .toList(),
        verifier::verify);
  }
}
