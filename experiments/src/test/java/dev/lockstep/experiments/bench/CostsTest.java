package dev.lockstep.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.experiments.bench.BenchResult.Cost;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class CostsTest {

  /** A few roundings of numbers up to 100. */
  private static final Offset<Double> ROUNDING = within(1e-12);

  private static final CostSeries.Point ONE_LAYER = new CostSeries.Point(CostSeries.DEPTH, 1);
  private static final CostSeries.Point BATCH_OF_200 =
      new CostSeries.Point(CostSeries.BATCH_SIZE, 200);

  /** Two products of 784 × 100 and three of 100 × 10, for each of 100 samples. */
  private static final long OF_ONE_LAYER = 100 * (2 * 784 * 100 + 3 * 100 * 10);

  /** Three layers of 100 × 100 more, three products each, and twice as many samples. */
  private static final long OF_BATCH_OF_200 = 2 * (OF_ONE_LAYER + 100 * 3 * 3 * 100 * 100);

  private static Measurement step(double milliseconds, int samples) {
    return new Measurement(1000 * samples / milliseconds, null);
  }

  @Test
  void countsTheMultiplicationsOfEveryNetwork() {
    Costs costs = new Costs();
    costs.add(ONE_LAYER, step(2, 100));
    costs.add(BATCH_OF_200, step(2, 200));

    assertThat(costs.all())
        .extracting(Cost::multiplications)
        .containsExactly(OF_ONE_LAYER, OF_BATCH_OF_200);
  }

  @Test
  void aNetworkIsExpectedToTakeWhatItsMultiplicationsTakeAtTheCommonRate() {
    Costs costs = new Costs();
    for (double noise : new double[] {0.5, 2}) {
      costs.add(ONE_LAYER, step(OF_ONE_LAYER * 1e-6 * noise, 100));
      costs.add(BATCH_OF_200, step(OF_BATCH_OF_200 * 4e-6 * noise, 200));
    }

    List<Cost> all = costs.all();

    // The rates are 1,000,000 and 250,000 a millisecond, their geometric mean 500,000.
    assertThat(all.get(0).milliseconds()).isCloseTo(OF_ONE_LAYER * 1e-6, ROUNDING);
    assertThat(all.get(0).predictedMilliseconds()).isCloseTo(OF_ONE_LAYER * 2e-6, ROUNDING);
    assertThat(all.get(1).milliseconds()).isCloseTo(OF_BATCH_OF_200 * 4e-6, ROUNDING);
    assertThat(all.get(1).predictedMilliseconds()).isCloseTo(OF_BATCH_OF_200 * 2e-6, ROUNDING);
  }

  @Test
  void whatWasNotMeasuredHasNoCost() {
    assertThat(new Costs().all()).isEmpty();
  }

  /** 784×400, 400×400 and 400×10: two products of the first, three of each other. */
  @Test
  void everySeriesChangesWhatItSays() {
    assertThat(CostSeries.points()).hasSize(12);
    Costs costs = new Costs();
    CostSeries.Point wide = new CostSeries.Point(CostSeries.WIDTH, 400);
    costs.add(wide, step(1, 100));

    assertThat(costs.all().get(0).multiplications())
        .isEqualTo(100L * (2 * 784 * 400 + 3 * 3 * 400 * 400 + 3 * 400 * 10));
  }
}
