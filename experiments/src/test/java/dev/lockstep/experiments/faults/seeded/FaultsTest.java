package dev.lockstep.experiments.faults.seeded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.experiments.faults.injection.BaseNetwork;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FaultsTest {

  /** What the issue asks for. */
  private static final int AT_LEAST = 110;

  @Test
  void thereAreAtLeastAHundredAndTenAndTheMistakesOfTheBooksReadersComeFirst() {
    List<String> ids = Faults.all().stream().map(Fault::id).toList();

    assertThat(ids).hasSizeGreaterThanOrEqualTo(AT_LEAST).doesNotHaveDuplicates();
    assertThat(ids.subList(0, 8))
        .containsExactly(
            "bias-gradient-after-activation",
            "weight-in-place-of-gradient",
            "constant-outside-logarithm",
            "softmax-over-batch",
            "prediction-for-other-images",
            "prediction-by-label-value",
            "targets-of-first-batch",
            "dropout-prediction-dropped-share");
  }

  @Test
  void everyFaultHasOneOrdinarySizeBetweenSmallerAndLarger() {
    for (Fault fault : Faults.all()) {
      assertThat(fault.sizes().stream().map(Fault.Size::scale))
          .as(fault.id())
          .isSorted()
          .containsOnlyOnce(Fault.Scale.ORDINARY);
    }
  }

  @Test
  void everyBaseNetworkHasFaultsOfItsOwn() {
    assertThat(Faults.all().stream().map(Fault::base)).containsAll(BaseNetwork.all());
  }
}
