package dev.lockstep.experiments.search.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.yaml.YamlValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SpacesTest {

  @TempDir Path directory;

  static List<String> bundled() {
    return Spaces.ids();
  }

  @ParameterizedTest
  @MethodSource("bundled")
  void bundledSearchesFitTheirExperimentsAtBothEndsOfAllRanges(String id) {
    ExperimentSpace space = Spaces.find(id);
    Map<String, String> first = new LinkedHashMap<>();
    Map<String, String> last = new LinkedHashMap<>();
    space
        .ranges()
        .forEach(
            (key, range) -> {
              first.put(key, range.first());
              last.put(key, range.last());
            });
    assertThat(space.experiment(first).network()).isNotNull();
    assertThat(space.experiment(last).network()).isNotNull();
  }

  @Test
  void theBooksSearchHasTheBooksRangesAndNetwork() {
    ExperimentSpace space = Spaces.find(Spaces.DEFAULT);
    assertThat(space.ranges())
        .containsEntry("optimizer.learningRate", new Range.LogUniform(1e-6, 1e-2))
        .containsEntry("weightDecay", new Range.LogUniform(1e-8, 1e-4));
    assertThat(space.trials()).isEqualTo(100);
    assertThat(space.validation()).isEqualTo(0.2);
    Experiment experiment = space.experiment(Map.of("weightDecay", "3e-6"));
    assertThat(experiment.network().weightDecay()).isEqualTo(3e-6);
    assertThat(experiment.network().allLayers()).hasSize(13);
    assertThat(experiment.trainSize()).isEqualTo(500);
  }

  @Test
  void theSpaceInTheDocumentationFits() throws IOException {
    String documentation = Files.readString(Path.of("../docs/search.md"));
    int start = documentation.indexOf("```yaml") + "```yaml".length();
    Path file = directory.resolve("documented.yaml");
    Files.writeString(file, documentation.substring(start, documentation.indexOf("```", start)));
    ExperimentSpace space = Spaces.find(file.toString().replace("\\", "/"));
    assertThat(space.ranges()).hasSize(5);
    assertThat(space.requireFit().network().allLayers()).hasSize(3);
  }

  @Test
  void aCandidateSetsLayersTheirNumberAndWholeOptimizers() {
    Experiment experiment =
        Spaces.find("mlp-shape")
            .experiment(
                Map.of(
                    "layers.repeat1.times", "2",
                    "layers.repeat1.layers.affine1.units", "25",
                    "layers.repeat1.layers.relu1", "tanh",
                    "optimizer", "{type: adam, learningRate: 0.002}"));
    List<LayerSpec> layers = experiment.network().allLayers();
    assertThat(layers).hasSize(5);
    assertThat(((LayerSpec.Affine) layers.get(2)).units()).isEqualTo(25);
    assertThat(((LayerSpec.Activation) layers.get(3)).function())
        .isEqualTo(ActivationFunction.TANH);
    assertThat(experiment.network().optimizer()).isInstanceOf(OptimizerSpec.Adam.class);
  }

  private String file(String space) throws IOException {
    String text = "experiment: hyperparameters\nspace:\n  " + space + "\n";
    return Files.writeString(directory.resolve("space.yaml"), text).toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "weightDecay: {logUniform: [0, 1]} | space.yaml:3 | more than 0",
        "weightDecay: {uniform: [2, 1]} | space.yaml:3 | not below the lowest",
        "weightDecay: {uniform: [1, .inf]} | space.yaml:3 | a number",
        "weightDecay: {uniform: [1]} | space.yaml:3 | found 1 values",
        "weightDecay: {normal: [0, 1]} | space.yaml:3 | uniform, logUniform, integer, choice",
        "weightDecay: {choice: []} | space.yaml:3 | at least one value",
        "weightDecay: {choice: [1, 1]} | space.yaml:3 | each once",
        "training.batchSize: {integer: [1.5, 3]} | space.yaml:3 | whole number",
      })
  void aWrongRangeIsToldWithItsLine(String space, String where, String what) throws IOException {
    String file = file(space);
    assertThatThrownBy(() -> Spaces.find(file))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(where)
        .hasMessageContaining(what);
  }

  @Test
  void aKeyThatTheExperimentDoesNotHaveIsToldBeforeAnythingRuns() throws IOException {
    ExperimentSpace space = Spaces.find(file("optimizer.learnRate: {uniform: [0, 1]}"));
    assertThatThrownBy(space::requireFit)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("optimizer.learnRate: unknown key")
        .hasMessageContaining("learningRate");
  }

  @Test
  void anExperimentWithVariantsCannotBeSearched() throws IOException {
    Path file = directory.resolve("variants.yaml");
    Files.writeString(file, "experiment: weight-decay\nspace:\n  weightDecay: {uniform: [0, 1]}\n");
    ExperimentSpace space = Spaces.find(file.toString());
    assertThatThrownBy(space::requireFit)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("without variants, found 2");
  }

  @Test
  void aValueThatTheUserSetsNoLongerVaries() {
    ExperimentSpace space =
        Spaces.find(Spaces.DEFAULT)
            .with(Map.of("weightDecay", new YamlValue.Scalar("command line", "0.001")));
    assertThat(space.ranges()).containsEntry("weightDecay", new Range.Choice(List.of("0.001")));
    assertThat(space.experiment(Map.of()).network().weightDecay()).isEqualTo(0.001);
  }
}
