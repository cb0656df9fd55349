package dev.lockstep.experiments.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.rounding.DeclaredTolerance;
import dev.lockstep.core.yaml.Fields;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CatalogueTest {

  static List<String> ids() {
    return Catalogue.ids();
  }

  @ParameterizedTest
  @MethodSource("ids")
  void everyExperimentTellsItsChapterWhatItShowsAndHowLongItTakes(String id) {
    Fields file = new Fields(Catalogue.find(id).yaml(), "");
    assertThat(file.text("chapter", "")).matches("[2-8]");
    assertThat(file.text("shows", "")).isNotEmpty();
    assertThat(file.integer("seconds")).isPositive();
  }

  @Test
  void everyFileIsListed() throws IOException, URISyntaxException {
    Path directory =
        Path.of(Objects.requireNonNull(Catalogue.class.getResource("dropout.yaml")).toURI())
            .getParent();
    try (Stream<Path> files = Files.list(Objects.requireNonNull(directory))) {
      assertThat(files.map(file -> file.getFileName().toString()).filter(f -> f.endsWith(".yaml")))
          .containsExactlyInAnyOrderElementsOf(
              Catalogue.ids().stream().map(id -> id + ".yaml").toList());
    }
  }

  @Test
  void numericalGradientIsHeldToTheToleranceOfItsFile() {
    Experiment experiment =
        Catalogue.find("two-layer-net-numerical").full().experiments(Map.of()).get(0);
    assertThat(experiment.gradient()).isEqualTo(Experiment.Gradient.NUMERICAL);
    assertThat(experiment.tolerance()).isEqualTo(new DeclaredTolerance(1e-3, 0.002));
    assertThat(experiment.training().steps(60_000)).isEqualTo(6_000);
  }

  /**
   * Of C channels each: two 3×3 convolutions have 2·(9·C² + C) numbers, one 5×5 has 25·C² + C; here
   * C is 16.
   */
  @Test
  void twoSmallConvolutionsHaveFewerParametersThanTheOneTheyStandFor() {
    List<Experiment> variants = Catalogue.find("vgg-block").experiments(Map.of());
    assertThat(variants).extracting(Experiment::variant).containsExactly("two-3x3", "one-5x5");
    assertThat(parameters(variants.get(1)) - parameters(variants.get(0)))
        .isEqualTo((25 * 256 + 16) - 2 * (9 * 256 + 16));
  }

  private static long parameters(Experiment experiment) {
    return experiment.network().parameters().stream().mapToLong(p -> p.shape().size()).sum();
  }

  @Test
  void whatTakesTheCandidateHoursIsComparedOnItsFirstStepsAndTrainedOnAlone() {
    for (String id : List.of("simple-convnet", "deep-convnet")) {
      Experiment share = Catalogue.find(id).experiments(Map.of()).get(0);
      Experiment full = Catalogue.find(id).full().experiments(Map.of()).get(0);
      assertThat(share.compared()).isNull();
      assertThat(full.compared()).isEqualTo(share.training().steps(60_000));
      assertThat(full.training().steps(60_000)).isEqualTo(20 * 600);
    }
  }
}
