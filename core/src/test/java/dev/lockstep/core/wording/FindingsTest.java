package dev.lockstep.core.wording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.FirstDivergence;
import java.util.List;
import org.junit.jupiter.api.Test;

class FindingsTest {

  private static String said(List<Integer> index) {
    FirstDivergence found =
        new FirstDivergence(
            1,
            Phase.LOSS,
            "loss",
            "loss/value",
            index,
            2.25,
            2.5,
            0.25,
            1e-16,
            Reading.SINGLE_LAYER,
            1,
            1,
            new FirstDivergence.Element(index, 2.25, 2.5),
            null,
            null);
    return String.join("\n", Findings.divergence(found, "scratch", "mine"));
  }

  @Test
  void aNumberAloneHasNoIndex() {
    assertThat(said(List.of()))
        .contains(
            "Greatest absolute difference: 0.25 (up to 1.000e-14 allowed)",
            "Greatest relative difference: 0.1\n")
        .doesNotContain("index");
  }

  @Test
  void anElementHasOne() {
    assertThat(said(List.of(3, 7)))
        .contains(
            "Greatest absolute difference: 0.25 at index (3, 7) (up to 1.000e-14 allowed)",
            "Greatest relative difference: 0.1 at index (3, 7)\n");
  }
}
