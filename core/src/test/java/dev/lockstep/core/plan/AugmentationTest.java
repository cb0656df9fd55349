package dev.lockstep.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AugmentationTest {

  private static final RandomStreams STREAMS = new RandomStreams(3);
  private static final Shape IMAGE = Shape.of(1, 28, 28);

  /** Sines and cosines of whole quarters are off by an ulp, and so is what is interpolated. */
  private static final double ROUNDING = 1e-12;

  private static double[] warped(Warp warp, double... source) {
    double[] target = new double[source.length];
    warp.apply(source, 0, target);
    return target;
  }

  @Test
  void aShiftMovesWholePixelsAndFillsWithBlack() {
    Warp warp = new Warp(2, 3, 1, -1, 0, 1, null, null);
    assertThat(warped(warp, 1, 2, 3, 4, 5, 6)).containsExactly(0, 0, 0, 2, 3, 0);
  }

  @Test
  void halfAPixelIsTheMeanOfTwo() {
    Warp warp = new Warp(1, 3, 0, 0.5, 0, 1, null, null);
    assertThat(warped(warp, 2, 4, 8)).containsExactly(1, 3, 6);
  }

  @Test
  void aQuarterTurnIsClockwise() {
    Warp warp = new Warp(3, 3, 0, 0, Math.PI / 2, 1, null, null);
    assertThat(warped(warp, 1, 2, 3, 4, 5, 6, 7, 8, 9))
        .containsExactly(new double[] {7, 4, 1, 8, 5, 2, 9, 6, 3}, within(ROUNDING));
  }

  @Test
  void twiceTheSizeIsSeenFromTheMiddle() {
    Warp warp = new Warp(1, 5, 0, 0, 0, 2, null, null);
    assertThat(warped(warp, 1, 2, 4, 8, 16)).containsExactly(2, 3, 4, 6, 8);
  }

  @Test
  void aBendTakesEachPixelFromItsOwnPlace() {
    Warp warp = new Warp(1, 3, 0, 0, 0, 1, new double[3], new double[] {2, 0, -1});
    assertThat(warped(warp, 1, 2, 3)).containsExactly(3, 2, 2);
  }

  /** A point of light in the middle of each image tells where its image went. */
  private static Tensor lights(int samples) {
    Tensor lights = Tensor.zeros(IMAGE.batchOf(samples));
    for (int i = 0; i < samples; i++) {
      lights.data()[i * IMAGE.size() + 14 * 28 + 14] = 1;
    }
    return lights;
  }

  private static double centre(Tensor images, int sample, boolean ofRows) {
    return IntStream.range(0, IMAGE.size())
        .mapToDouble(i -> images.data()[sample * IMAGE.size() + i] * (ofRows ? i / 28 : i % 28))
        .sum();
  }

  @Test
  void shiftsSpreadOverTheirRangeAndNotBeyond() {
    int samples = 200;
    Tensor moved = new Augmentation(2, 0, 0, 0).apply(lights(samples), IMAGE, STREAMS, 1);
    for (boolean rows : new boolean[] {true, false}) {
      List<Double> shifts =
          IntStream.range(0, samples).mapToObj(i -> centre(moved, i, rows) - 14).toList();
      assertThat(shifts).allSatisfy(s -> assertThat(s).isBetween(-2 - ROUNDING, 2 + ROUNDING));
      // 200 uniform draws leave the outer tenth of a range empty once in 10⁹ seeds.
      assertThat(shifts).anySatisfy(s -> assertThat(s).isGreaterThan(1.6));
      assertThat(shifts).anySatisfy(s -> assertThat(s).isLessThan(-1.6));
    }
  }

  /**
   * Elastic displacements are sums of uniform numbers of variance 1/3 under a Gaussian of width σ:
   * their deviation is α √(1/3) / (2 √π σ), here 1.38 pixels.
   */
  @Test
  void elasticDisplacementsHaveTheirTextbookSize() {
    double[] ramp = new double[IMAGE.size()];
    for (int i = 0; i < ramp.length; i++) {
      ramp[i] = 1000 + i % 28; // tells the column that a pixel came from
    }
    int samples = 400;
    Tensor ramps = Tensor.zeros(IMAGE.batchOf(samples));
    for (int s = 0; s < samples; s++) {
      System.arraycopy(ramp, 0, ramps.data(), s * ramp.length, ramp.length);
    }
    Tensor bent = new Augmentation(0, 0, 0, 34).apply(ramps, IMAGE, STREAMS, 1);
    double sum = 0;
    for (int s = 0; s < samples; s++) {
      double moved = bent.data()[s * ramp.length + 14 * 28 + 14] - 1014;
      sum += moved * moved;
    }
    double expected = 34 * Math.sqrt(1.0 / 3) / (2 * Math.sqrt(Math.PI) * Augmentation.SMOOTHING);
    // A deviation estimated from 400 draws is off by 1/√800, 3.5 %: four of these.
    assertThat(Math.sqrt(sum / samples)).isCloseTo(expected, within(expected * 0.14));
  }

  @Test
  void theSameStepIsTheSameAndKindsDoNotDisturbEachOther() {
    Tensor images = lights(5);
    Augmentation shift = new Augmentation(2, 0, 0, 0);
    assertThat(shift.apply(images, IMAGE, STREAMS, 4).data())
        .isEqualTo(shift.apply(images, IMAGE, STREAMS, 4).data())
        .isNotEqualTo(shift.apply(images, IMAGE, STREAMS, 5).data());
    // A turn of next to nothing draws its angles and moves nothing: the shifts are what they were.
    Tensor both = new Augmentation(2, 1e-9, 0, 0).apply(images, IMAGE, STREAMS, 4);
    assertThat(both.data())
        .containsExactly(shift.apply(images, IMAGE, STREAMS, 4).data(), within(1e-9));
    assertThat(new Augmentation(0, 0, 0, 0).apply(images, IMAGE, STREAMS, 4)).isSameAs(images);
  }

  @Test
  void rangesThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new Augmentation(-1, 0, 0, 0))
        .hasMessage("shift: expected at least 0, found -1.0");
    assertThatThrownBy(() -> new Augmentation(0, 0, 1, 0))
        .hasMessage("scaling: expected less than 1, found 1.0");
  }
}
