package dev.lockstep.experiments.search.result;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.Figure.Axis;
import dev.lockstep.core.result.Figure.ParallelCoordinates;
import dev.lockstep.core.result.Figure.Scatter;
import dev.lockstep.report.SampleRuns;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What stands on the axes of a search is what a person would call it. */
class SearchFiguresTest {

  private static final List<Figure> FIGURES =
      SearchFigures.of(SampleSearch.ofShapes(SampleRuns.agreeing(1)), "scratch", "dl4j");

  private static Axis axis(String title) {
    return FIGURES.stream()
        .filter(figure -> figure.title().equals(title))
        .map(figure -> ((Scatter) figure).x())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void choicesAreNamedOnTheirAxes() {
    assertThat(axis("Score by activation").choices()).containsExactly("relu", "sigmoid", "tanh");
    assertThat(axis("Score by optimizer").choices())
        .containsExactly("sgd, 0.1", "momentum, 0.01", "adaGrad, 0.01", "adam, 0.001");
    assertThat(axis("Score by units").choices()).containsExactly("25", "50", "100", "200", "400");
    assertThat(axis("Score by times").choices()).isEmpty();
  }

  @Test
  void axesSideBySideAreCalledTheSame() {
    ParallelCoordinates all =
        FIGURES.stream()
            .filter(ParallelCoordinates.class::isInstance)
            .map(ParallelCoordinates.class::cast)
            .findFirst()
            .orElseThrow();
    assertThat(all.axes())
        .extracting(Axis::label)
        .containsExactly(
            "times",
            "units",
            "activation",
            "initial",
            "optimizer",
            "batchSize",
            "validation accuracy");
  }
}
