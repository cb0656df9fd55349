package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeedsTest {

  @Test
  void oneSeveralAndRanges() {
    assertThat(Seeds.parse("7")).containsExactly(7L);
    assertThat(Seeds.parse("1,3,5")).containsExactly(1L, 3L, 5L);
    assertThat(Seeds.parse("9..11")).containsExactly(9L, 10L, 11L);
    assertThat(Seeds.parse("1..2,7")).containsExactly(1L, 2L, 7L);
    assertThat(Seeds.parse("1..1000")).hasSize(1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1,", "a", "3..1", "1..1001", "1,1..1000", "-1", "1..2..3", "2,2"})
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> Seeds.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("'" + text + "'");
  }
}
