package dev.lockstep.dl4j.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DemonstrationTest {

  @ParameterizedTest
  @EnumSource(
      value = Convention.class,
      names = {
        "GRADIENT_SUM",
        "SCORE_BEFORE_UPDATE",
        "DEFAULT_PRECISION",
        "RUNNING_STATISTICS",
        "BATCH_NORM_LOG_STD",
        "LOSS_CONSTANT",
        "WHO_DRAWS",
        "DROPOUT_RETAIN",
        "DROPOUT_PLACE",
        "SHUFFLE"
      })
  void aDifferenceShowsInDl4jsWayAndNoneInTheBooks(Convention convention) {
    Demonstration demonstration = Demonstration.of(convention);

    // not a number is a difference, too
    assertThat(demonstration.dl4jsWay() <= demonstration.nothing()).isFalse();
    assertThat(demonstration.booksWay()).isLessThanOrEqualTo(demonstration.nothing());
  }

  @ParameterizedTest
  @EnumSource(Convention.class)
  void everyPracticeHasADemonstration(Convention convention) {
    if (convention.role() == Convention.Role.PRACTICE) {
      assertThat(Demonstration.of(convention).convention()).isEqualTo(convention);
    }
  }

  @Test
  void aSwitchHasNone() {
    assertThatThrownBy(() -> Demonstration.of(Convention.ADAM_EPSILON))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("adam-epsilon");
  }
}
