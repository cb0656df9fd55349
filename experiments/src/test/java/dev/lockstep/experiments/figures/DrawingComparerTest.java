package dev.lockstep.experiments.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.yaml.YamlReader;
import dev.lockstep.experiments.catalogue.Catalogue;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DrawingComparerTest {

  /** A central difference with h = 1e-4 of numbers near 10 is right to eleven digits. */
  private static final double DIFFERENCES = 1e-10;

  /** No floor is larger: a larger one would let a fault pass. */
  private static final double ROUNDING = 1e-9;

  /** Published with two digits. */
  private static final double TWO_DIGITS = 5e-12;

  /** A standard deviation of 0.01 × √100 × 0.5 = 0.05 before the sigmoid, a quarter of it after. */
  private static final int FEW_BINS = 6;

  static List<String> drawings() {
    return Catalogue.ids().stream()
        .filter(id -> DrawingComparer.isDrawing(Catalogue.find(id)))
        .toList();
  }

  private static RunResult run(String id) {
    return new DrawingComparer("lockstep compare " + id).run(Catalogue.find(id));
  }

  private static RunResult read(String... lines) {
    return new DrawingComparer("test")
        .run(
            new ExperimentFile(
                "test", YamlReader.parse("test.yaml", String.join("\n", lines)), Path.of("")));
  }

  @ParameterizedTest
  @MethodSource("drawings")
  void bothSidesDrawTheSame(String id) {
    RunResult result = run(id);
    assertThat(result.verdict()).isEqualTo(Verdict.AGREE);
    assertThat(result.coverage().compared()).isPositive();
    assertThat(result.readings())
        .hasSize((int) result.coverage().compared())
        .allSatisfy(
            reading -> {
              assertThat(reading.magnitude()).isPositive();
              assertThat(reading.floor()).isPositive().isLessThan(ROUNDING);
            });
    assertThat(result.figures()).hasSize(1);
  }

  @Test
  void gradientOfTheSumOfSquaresIsTwiceThePoint() {
    Figure.VectorField field = (Figure.VectorField) run("gradient-field").figures().get(0);
    assertThat(field.arrows())
        .hasSize(18 * 18)
        .allSatisfy(
            arrow -> {
              assertThat(arrow.dx()).isCloseTo(-2 * arrow.x(), within(DIFFERENCES));
              assertThat(arrow.dy()).isCloseTo(-2 * arrow.y(), within(DIFFERENCES));
            });
  }

  @Test
  void descentEndsWhereTheBookPublishesIt() {
    Figure.Contours contours = (Figure.Contours) run("gradient-descent").figures().get(0);
    Figure.Series path = contours.paths().get(0);
    assertThat(path.x()).hasSize(101).startsWith(-3.0);
    assertThat(path.x().get(100)).isCloseTo(-6.1e-10, within(TWO_DIGITS));
    assertThat(path.y().get(100)).isCloseTo(8.1e-10, within(TWO_DIGITS));
  }

  @Test
  void stepIsNothingAtNothing() {
    Figure.Lines lines = (Figure.Lines) run("activations").figures().get(0);
    Figure.Series step = lines.panels().get(0).series().get(0);
    assertThat(step.x()).hasSize(121).startsWith(-6.0).contains(0.0);
    assertThat(step.y().subList(0, 61)).containsOnly(0.0);
    assertThat(step.y().subList(61, 121)).containsOnly(1.0);
  }

  @Test
  void smallWeightsLeaveEverySigmoidAtAHalfAndXavierDoesNot() {
    Figure.Histograms histograms =
        (Figure.Histograms) run("activation-histograms").figures().get(0);
    assertThat(histograms.panels()).hasSize(35);
    assertThat(used(histograms, "sigmoid, std 0.01, layer 5")).isLessThan(FEW_BINS);
    assertThat(used(histograms, "sigmoid, Xavier, layer 5")).isGreaterThan(2 * FEW_BINS);
  }

  private static long used(Figure.Histograms histograms, String name) {
    return histograms.panels().stream()
        .filter(panel -> panel.name().equals(name))
        .flatMap(panel -> panel.counts().stream())
        .filter(count -> count > 0)
        .count();
  }

  @Test
  void unknownFigureAndWrongSettingsAreToldWithWhatIsValid() {
    assertThatThrownBy(() -> read("figure: pie"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("gradientField");
    assertThatThrownBy(() -> read("figure: optimizerPaths", "start: [1]", "steps: 3"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("two numbers");
    assertThatThrownBy(() -> read("figure: activations", "from: 1", "to: 0", "step: 0.1"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("found 1.0 to 0.0");
    assertThatThrownBy(() -> read("figure: activationHistograms", "sed: 1"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("valid keys");
  }
}
