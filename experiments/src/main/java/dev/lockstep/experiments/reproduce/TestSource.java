package dev.lockstep.experiments.reproduce;

import dev.lockstep.core.InputException;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.wording.Reasons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A reproduction as a JUnit 5 test of the candidate, with the reference's numbers as literals: it
 * needs JUnit, Lockstep's core and the candidate's classes, and fails until the candidate is right.
 *
 * @param className without a package
 * @param source of the whole file
 */
public record TestSource(String className, String source) {

  private static final String TEMPLATE =
      """
      import static org.junit.jupiter.api.Assertions.assertArrayEquals;

      import dev.lockstep.core.observation.Recording;
      import dev.lockstep.core.observation.TensorKey;
      import dev.lockstep.core.model.*;
      import dev.lockstep.core.network.*;
      import dev.lockstep.core.tensor.Shape;
      import dev.lockstep.core.tensor.Tensor;
      import java.util.LinkedHashMap;
      import java.util.List;
      import java.util.Map;
      import java.util.OptionalDouble;
      import java.util.ServiceLoader;
      import java.util.Set;
      import org.junit.jupiter.api.Test;

      /**
       * Reproduces: step %STEP%, %PHASE%, layer %LAYER%, tensor %TENSOR%.
       * %DIAGNOSIS%
       */
      class %CLASS% {

        private static final NetworkSpec NETWORK =
            %NETWORK%;

        private static final Batch BATCH =
            new Batch(
                %NUMBER%,
                %INPUTS%,
                %TARGETS%);

        /** Every second element is kept. */
        private static final Masks MASKS =
            (layer, ratio, shape) -> {
              Tensor mask = Tensor.zeros(shape);
              for (int i = 0; i < mask.size(); i += 2) {
                mask.data()[i] = 1;
              }
              return mask;
            };

        /** What %REFERENCE% computes, and how far rounding may lead away from it. */
        private static final double[] EXPECTED = {%EXPECTED%};

        private static final double ALLOWED = %ALLOWED%;

        private static ModelState before() {
          Map<String, Tensor> tensors = new LinkedHashMap<>();
      %STATE%
          return new ModelState(%TAKEN%, tensors);
        }

        private static ModelProvider candidate() {
          return %PROVIDER%;
        }

        @Test
        void computesWhatTheReferenceComputes() {
          TensorKey key = new TensorKey(Phase.%PHASE_CONSTANT%, "%TENSOR%");
          Recording seen = new Recording(Set.of(key));
          try (Model model = candidate().create(NETWORK)) {
            model.restore(before());
            model.step(BATCH, MASKS, seen);
          }
          assertArrayEquals(EXPECTED, seen.tensor(key).data(), ALLOWED);
        }
      }
      """;

  /**
   * @param first what was found in the whole network
   * @param reference its name
   * @param provider an expression that makes the candidate's provider
   */
  public static TestSource of(
      Reproduction found, FirstDivergence first, String reference, String provider) {
    String className = className(first.layer());
    String diagnosis = first.diagnosis();
    ModelState before = found.step().before();
    String source =
        TEMPLATE
            .replace("%NETWORK%", JavaSource.of(found.step().network()))
            .replace("%NUMBER%", Long.toString(found.step().batch().step()))
            .replace("%INPUTS%", JavaSource.of(found.step().batch().inputs()))
            .replace("%TARGETS%", JavaSource.of(found.step().batch().targets()))
            .replace("%EXPECTED%", JavaSource.numbers(found.shown().reference().data()))
            .replace("%ALLOWED%", JavaSource.of(found.shown().allowed()))
            .replace("%STATE%", state(before))
            .replace("%TAKEN%", Long.toString(before.step()))
            .replace("%PHASE_CONSTANT%", found.tensor().phase().name())
            .replace("%STEP%", Long.toString(first.step()))
            .replace("%PHASE%", first.phase().id())
            .replace("%LAYER%", first.layer())
            .replace("%TENSOR%", first.tensor())
            .replace("%CLASS%", className)
            .replace("%REFERENCE%", reference)
            .replace("%PROVIDER%", provider)
            .replace("%DIAGNOSIS%", diagnosis == null ? "No known diagnosis fits." : diagnosis);
    return new TestSource(className, source);
  }

  /** Returns an expression that finds a provider on the class path. */
  public static String providerNamed(String name) {
    return "ServiceLoader.load(ModelProvider.class).stream().map(ServiceLoader.Provider::get)"
        + ".filter(provider -> provider.name().equals("
        + JavaSource.of(name)
        + ")).findFirst().orElseThrow()";
  }

  /**
   * Writes the file and returns what a person does with it.
   *
   * @throws InputException if it cannot be written
   */
  public String writeTo(Path directory) {
    Path file = directory.resolve(className + ".java");
    try {
      Files.writeString(file, source);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be written: " + Reasons.of(e), e);
    }
    return """
        Reproduction  %s
          It fails until the candidate is right. Put it among the tests of your own project, or run it here:
          cp '%s' experiments/src/test/java/
          ./mvnw -pl experiments -am test -Dgates.skip=true -Dtest=%s -Dsurefire.failIfNoSpecifiedTests=false
          (with a candidate from a jar: -Dmaven.test.additionalClasspath=JAR)
        """
        .formatted(file, file, className);
  }

  private static String state(ModelState before) {
    return before.tensors().entrySet().stream()
        .map(TestSource::put)
        .collect(Collectors.joining("\n"));
  }

  private static String put(Map.Entry<String, ?> tensor) {
    return "    tensors.put(%s, %s);"
        .formatted(JavaSource.of(tensor.getKey()), JavaSource.of(tensor.getValue()));
  }

  private static String className(String layer) {
    String letters = layer.replaceAll("[^A-Za-z0-9]", "");
    return letters.substring(0, 1).toUpperCase(Locale.ROOT)
        + letters.substring(1)
        + "ReproductionTest";
  }
}
