package dev.lockstep.core.wording;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {

  /** The first two are the textbook's examples of the distance. */
  @ParameterizedTest
  @CsvSource({
    "kitten, sitting, 3",
    "saturday, sunday, 3",
    "tow, two, 1",
    "unit, units, 1",
    "'', relu, 4",
    "RELU, relu, 0"
  })
  void countsLettersThatDiffer(String word, String name, int expected) {
    assertThat(Nearest.distance(word, name)).isEqualTo(expected);
    assertThat(Nearest.distance(name, word)).isEqualTo(expected);
  }

  @Test
  void namesThreeTheNearestFirst() {
    assertThat(
            Nearest.to(
                "tow-layer-net", List.of("deep-convnet", "two-layer-net-relu", "two-layer-net")))
        .containsExactly("two-layer-net", "two-layer-net-relu", "deep-convnet");
    assertThat(Nearest.to("softmax", List.of("momentum", "softmax-over-batch")))
        .containsExactly("softmax-over-batch", "momentum");
    assertThat(Nearest.to("a", List.of("a", "b", "c", "d"))).hasSize(3);
  }

  @Test
  void aSlipIsNear() {
    assertThat(Nearest.isSlip("unit", "units")).isTrue();
    assertThat(Nearest.isSlip("layers", "units")).isFalse();
  }
}
