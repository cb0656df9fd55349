package dev.lockstep.experiments.search.trial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.result.Curves.AccuracyPoint;
import dev.lockstep.core.result.Verdict;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MedianStoppingTest {

  private static final long STEPS = 100;

  private static AccuracyPoint point(long step, double reference, double candidate) {
    return new AccuracyPoint(step, 0, 0, reference, candidate, 0);
  }

  /** Learns evenly up to a level, the same on both sides. */
  private static Trial trial(int number, double level) {
    List<AccuracyPoint> points =
        IntStream.rangeClosed(1, 10)
            .mapToObj(i -> point(10L * i, level * i / 10, level * i / 10))
            .toList();
    return new Trial(
        number,
        Trial.State.COMPLETED,
        "",
        Map.of(),
        List.of(new Trial.Run(1, STEPS, STEPS, 0, 0, Verdict.AGREE, null, points)));
  }

  /** At step 50 the three stand at .2, .3 and .4. */
  private static final List<Trial> EARLIER = List.of(trial(1, 0.4), trial(2, 0.8), trial(3, 0.6));

  @ParameterizedTest
  @CsvSource({
    "50, 0.29, 0.29, true",
    "50, 0.31, 0.31, false",
    "50, 0.29, 0.31, false",
    "50, 0.31, 0.29, false",
    "20, 0.01, 0.01, false",
    "100, 0.01, 0.01, false"
  })
  void aTrainingBelowTheMedianOnBothSidesIsGivenUpAfterAQuarterAndBeforeTheEnd(
      long step, double reference, double candidate, boolean stops) {
    MedianStopping stopping = new MedianStopping(EARLIER);
    stopping.evaluated(point(step, reference, candidate), STEPS);
    assertThat(stopping.stops()).isEqualTo(stops);
  }

  @Test
  void theBestSoFarCounts() {
    MedianStopping stopping = new MedianStopping(EARLIER);
    stopping.evaluated(point(30, 0.35, 0.35), STEPS);
    stopping.evaluated(point(50, 0.1, 0.1), STEPS);
    assertThat(stopping.stops()).isFalse();
  }

  @Test
  void withoutEarlierTrialsNobodyIsGivenUp() {
    MedianStopping stopping = new MedianStopping(List.of());
    stopping.evaluated(point(50, 0, 0), STEPS);
    assertThat(stopping.stops()).isFalse();
  }
}
