package dev.lockstep.experiments.verify;

import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.SyntheticDigits;
import dev.lockstep.core.result.RunResult.DatasetInfo;
import dev.lockstep.experiments.run.Blas;
import dev.lockstep.experiments.run.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Verifies every part, every initial value and every convention. */
public final class Verifier {

  private static final int TRAIN = 47;
  private static final int TEST = 20;

  private final Dataset digits = SyntheticDigits.dataset(SyntheticDigits.DEFAULT_SEED, TRAIN, TEST);
  private final PartVerifier partVerifier = new PartVerifier(digits);
  private final Consumer<String> progress;

  /**
   * @param progress told of what comes next
   */
  public Verifier(Consumer<String> progress) {
    this.progress = progress;
  }

  /**
   * @param command that the user gave, for the report
   */
  public VerifyResult run(String command) {
    long start = System.nanoTime();
    List<Pairing> pairings = Pairing.all();
    List<PartResult> parts = parts(pairings);
    progress.accept("initial values");
    List<Draws> initialValues = new InitialValuesVerifier(digits).verify();
    progress.accept("conventions");
    List<ConventionResult> conventions =
        new ConventionVerifier(partVerifier, pairings.get(0).sides().reference()).verify();
    return VerifyResult.of(
        command,
        new DatasetInfo(digits.name(), TRAIN, TEST, digits.sha256(), digits.notice()),
        Environment.describe(Blas.fastest().name()),
        PartVerifier.TRAINING.steps(TRAIN),
        parts,
        initialValues,
        conventions,
        (System.nanoTime() - start) / 1e9);
  }

  private List<PartResult> parts(List<Pairing> pairings) {
    List<PartResult> results = new ArrayList<>();
    String kind = "";
    for (Part part : Parts.all()) {
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
}
