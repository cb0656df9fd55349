package dev.lockstep.experiments.resume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.digits.SyntheticDigits;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.yaml.Overrides;
import dev.lockstep.core.yaml.YamlValue;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.catalogue.Catalogue;
import dev.lockstep.experiments.compare.CompareSettings;
import dev.lockstep.experiments.compare.CompareSettings.Alignment;
import dev.lockstep.experiments.compare.Comparer;
import dev.lockstep.experiments.figures.DrawingComparer;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two runs that may come to other numbers have another identity. */
class IdentityTest {

  private static final Dataset DIGITS = SyntheticDigits.dataset(1, 20, 10);

  private static CompareSettings settings(long every, @Nullable Pattern include) {
    return new CompareSettings(
        Alignment.ALIGNED,
        false,
        Precision.DOUBLE,
        new Cadence(every),
        new Selection(include, null, Selection.ALL.phases()),
        false,
        null,
        null,
        null);
  }

  private static Map<String, String> identity(
      Dataset dataset, CompareSettings settings, String experiment, String... overrides) {
    return new Comparer(dataset, settings, "compare", null)
        .identity(experiment(experiment, overrides), 1);
  }

  private static Experiment experiment(String name, String... overrides) {
    Map<String, YamlValue> values = new java.util.LinkedHashMap<>();
    for (String override : overrides) {
      Map.Entry<String, YamlValue> parsed = Overrides.parse(override);
      values.put(parsed.getKey(), parsed.getValue());
    }
    return Catalogue.find(name).experiments(values).get(0);
  }

  static Stream<String> trained() {
    return Catalogue.ids().stream().filter(id -> !DrawingComparer.isDrawing(Catalogue.find(id)));
  }

  @ParameterizedTest
  @MethodSource("trained")
  void everyComponentOfEveryBundledExperimentBelongsToIt(String id) {
    Map<String, String> identity = identity(DIGITS, settings(1, null), id);
    for (RecordComponent component : Experiment.class.getRecordComponents()) {
      assertThat(identity).containsKey("experiment." + component.getName());
    }
    for (RecordComponent component : CompareSettings.class.getRecordComponents()) {
      assertThat(identity).containsKey("settings." + component.getName());
    }
    assertThat(identity)
        .containsKeys("seed", "candidate", "candidate's code", "SHA-256 of the data set")
        .containsKeys("environment.scratchBlas", "environment.cpu", "environment.OPENBLAS_CORETYPE")
        .doesNotContainKeys("environment.maxHeapMiB", "environment.processors");
  }

  @Test
  void whateverChangesTheNumbersOrTheVerdictChangesIt() {
    String net = "two-layer-net";
    Map<String, String> identity = identity(DIGITS, settings(1, null), net);
    Dataset otherDigits =
        new Dataset(
            DIGITS.name(),
            DIGITS.train(),
            DIGITS.test(),
            "0".repeat(64),
            DIGITS.notice(),
            DIGITS.reading());
    Comparer comparer =
        new Comparer(DIGITS, settings(1, null), "compare", null, null, "another jar", null);
    assertThat(
            List.of(
                identity(otherDigits, settings(1, null), net),
                identity(DIGITS, settings(2, null), net),
                identity(DIGITS, settings(1, Pattern.compile("W")), net),
                identity(DIGITS, settings(1, null), "two-layer-net-relu"),
                identity(DIGITS, settings(1, null), net, "optimizer.learningRate=0.2"),
                identity(DIGITS, settings(1, null), net, "layers.affine1.units=51"),
                identity(DIGITS, settings(1, null), net, "training.batchSize=7"),
                comparer.identity(experiment(net), 1),
                new Comparer(DIGITS, settings(1, null), "compare", null)
                    .identity(experiment(net), 2)))
        .allSatisfy(other -> assertThat(CheckpointFile.difference(identity, other)).isNotEmpty())
        .doesNotHaveDuplicates();
    assertThat(identity(DIGITS, settings(1, null), net)).isEqualTo(identity);
  }

  @Test
  void aFileIsWhatItHolds(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("start.npz"), "a");
    Map<String, String> before = new Identity().with("start", file).values();
    Files.writeString(file, "b");
    assertThat(new Identity().with("start", file).values()).isNotEqualTo(before);
  }

  @Test
  void setsHaveNoOrderAndListsHave() {
    assertThat(new Identity().with("x", Set.of("a", "b", "c")).values())
        .isEqualTo(
            new Identity().with("x", new java.util.TreeSet<>(Set.of("c", "b", "a"))).values());
    assertThat(new Identity().with("x", List.of("a", "b")).values())
        .isNotEqualTo(new Identity().with("x", List.of("b", "a")).values());
  }

  @Test
  void whatCannotBeReadIsNotLeftOut() {
    assertThatIllegalStateException().isThrownBy(() -> new Identity().with("x", new Object()));
  }
}
