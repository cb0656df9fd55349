package dev.lockstep.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.experiments.bench.BenchResult.Row;
import dev.lockstep.experiments.bench.BenchResult.Setting;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RowsTest {

  /** A few roundings of numbers up to 10. */
  private static final Offset<Double> ROUNDING = within(1e-13);

  private static final Entry ENTRY =
      new Entry(
          Subject.TWO_LAYERS,
          Task.TRAINING,
          Contender.SCRATCH,
          List.of(Contender.DL4J, Contender.PYTORCH));

  private static Measurement speed(double samplesPerSecond, double peakHeapMiB) {
    return new Measurement(samplesPerSecond, peakHeapMiB);
  }

  /** Scratch gains by a second thread, DL4J loses, the limit is twice as fast. */
  private static Measured measured() {
    Measured measured = new Measured();
    for (double noise : new double[] {1, 2}) {
      measured.add(Contender.SCRATCH, 1, speed(100 * noise, 30 * noise));
      measured.add(Contender.SCRATCH, 2, speed(150 * noise, 40));
      measured.add(Contender.DL4J, 1, speed(20 * noise, 50));
      measured.add(Contender.DL4J, 2, speed(10 * noise, 51));
      measured.add(Contender.PYTORCH, 1, new Measurement(80 * noise, null));
      measured.add(Contender.PYTORCH, 2, new Measurement(90 * noise, null));
      measured.add(Contender.LIMIT, 1, speed(200 * noise, 10));
    }
    return measured;
  }

  private static List<Row> rows(Contender... agreeing) {
    return new Rows(ENTRY, measured(), Set.of(agreeing)).all();
  }

  @Test
  void aRatioIsOfTheTwoMeasurementsOfARound() {
    Row row = rows(Contender.DL4J, Contender.PYTORCH).get(0);

    assertThat(row.candidate()).isEqualTo("dl4j");
    assertThat(row.setting()).isEqualTo(Setting.ONE_THREAD);
    assertThat(row.ratio()).isCloseTo(5, ROUNDING);
    // All noise was common to both sides.
    assertThat(row.interval())
        .isNotNull()
        .satisfies(i -> assertThat(i.high()).isCloseTo(5, ROUNDING));
    assertThat(row.samplesPerSecond().get("scratch"))
        .isCloseTo(Math.sqrt(100 * 200), within(1e-11));
    assertThat(row.limitShare()).isCloseTo(0.5, ROUNDING);
    assertThat(row.peakHeapMiB()).isEqualTo(Map.of("scratch", 60.0, "dl4j", 50.0));
  }

  @Test
  void atItsBestEachSideHasThreadsOfItsOwn() {
    Row row = rows(Contender.DL4J, Contender.PYTORCH).get(1);

    assertThat(row.setting()).isEqualTo(Setting.BEST);
    assertThat(row.threads()).isEqualTo(Map.of("scratch", 2, "dl4j", 1));
    assertThat(row.ratio()).isCloseTo(7.5, ROUNDING);
    assertThat(row.limitShare()).isNull();
  }

  @Test
  void thereIsNoRatioForAPairThatDoesNotAgree() {
    List<Row> rows = rows(Contender.DL4J);

    assertThat(rows)
        .extracting(Row::candidate)
        .containsExactly("dl4j", "dl4j", "pytorch", "pytorch");
    assertThat(rows.get(2).ratio()).isNull();
    assertThat(rows.get(2).interval()).isNull();
    assertThat(rows.get(2).samplesPerSecond()).containsOnlyKeys("scratch", "pytorch");
    assertThat(rows.get(2).peakHeapMiB()).containsOnlyKeys("scratch");
  }

  @Test
  void whatIsMeasuredAloneHasARowToo() {
    Measured measured = new Measured();
    measured.add(Contender.NUMERICAL, 1, speed(7, 20));

    List<Row> rows =
        new Rows(
                new Entry(Subject.NUMERICAL, Task.TRAINING, Contender.NUMERICAL, List.of()),
                measured,
                Set.of())
            .all();

    assertThat(rows).hasSize(1);
    assertThat(rows.get(0).candidate()).isNull();
    assertThat(rows.get(0).reference()).isEqualTo("scratch-numerical");
    assertThat(rows.get(0).ratio()).isNull();
    assertThat(rows.get(0).limitShare()).isNull();
  }
}
